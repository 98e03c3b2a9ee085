/** Why no checkpoint can be created; without one everything works, only slower. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
}

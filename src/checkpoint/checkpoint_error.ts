/** No checkpoint can be taken, and why; without one everything works as well, only slower. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
}

// ---
// description: Throws errors with megabytes in every field
// on: [qemu/prepare]
// ---
// expect: error
// then: record < 1000000
export default async function (event, host) {
  const error = new Error("m".repeat(5_000_000));
  error.name = "n".repeat(5_000_000);
  error.stack = "    at f (/etc/passwd:1:1)\n".repeat(100_000);
  throw error;
}

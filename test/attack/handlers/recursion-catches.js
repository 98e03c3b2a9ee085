// ---
// description: Catches that the stack is full and goes deeper
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  const again = () => {
    try {
      again();
    } catch {
      again();
    }
  };
  again();
}

// ---
// description: Every level tries twice
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  const again = () => {
    try {
      again();
    } finally {
      try {
        again();
      } catch {}
    }
  };
  again();
}

// ---
// description: Arguments that are not what the rules mean
// on: [qemu/prepare]
// allow:
//   exec: ["echo *"]
// ---
// expect: success
export default async function (event, host) {
  const refused = async (command, args) => {
    try {
      await host.exec(command, args);
    } catch (error) {
      if (!/internal error/.test(error.message)) return;
    }
    host.fail(`taken: ${JSON.stringify([command, args]).slice(0, 200)}`);
  };
  await refused("", []);
  await refused("echo\0", ["x"]);
  await refused("echo", ["a\0b"]);
  await refused("echo", ["--option"]);
  await refused("echo", ["-n"]);
  await refused("echo", []);
  await refused("echo", ["a", "b"]);
  await refused("ECHO", ["a"]);
  await refused("echo ", ["a"]);
  await refused(" echo", ["a"]);
  await refused("./echo", ["a"]);
  await refused("../bin/echo", ["a"]);
  await refused("/bin/../bin/echo", ["a"]);
  await refused("/bin//echo", ["a"]);
  await refused("echo\n", ["a"]);
  await refused("echo", ["a", "\n"]);
  await refused("echo", [["a"]]);
  await refused("echo", [{}]);
  await refused("echo", [null]);
  await refused("echo", "a");
  await refused("echo a", []);
  await refused("sh", ["-c", "id"]);
  await refused("virsh", ["list"]);
  await host.exec("echo", ["a b;$(id) 'q' `id` \u00e9"]);
}

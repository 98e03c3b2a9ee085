// ---
// description: A class that makes itself
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  class Again {
    constructor() {
      this.next = new Again();
    }
  }
  new Again();
}

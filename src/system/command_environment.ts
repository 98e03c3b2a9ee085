/** A command's whole environment, unless the manifest and the call add to it. */
export const ENVIRONMENT = { LC_ALL: "C", PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };

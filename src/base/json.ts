/** A value that JSON can hold: all that crosses between a handler and hookvisor. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

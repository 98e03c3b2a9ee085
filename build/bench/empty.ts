// The empty program: what starting and ending costs when nothing is done.
export {};

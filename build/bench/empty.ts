// The empty program: the cost of starting and ending without any work.
export {};

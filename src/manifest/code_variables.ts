/**
 * Variables by which whoever sets them chooses what code a program runs: those of the loader and the C library, of
 * shells and interpreters, and of programs that start others (ld.so(8), bash(1), python(1), perlrun(1), …).
 */
const CODE_VARIABLES = new RegExp(
  "^(?:LD_|GLIBC_TUNABLES$|GCONV_PATH$|LOCPATH$|NLSPATH$|PATH$|BASH_ENV$|BASH_FUNC_|ENV$|IFS$|SHELLOPTS$|BASHOPTS$|PS4$|" +
    "PROMPT_COMMAND$|ZDOTDIR$|PYTHON|PERL5|PERLLIB$|RUBY|GEM_|NODE_|DENO_|BUN_|LUA_|TCLLIB|PHP|JAVA_TOOL_OPTIONS$|" +
    "_JAVA_OPTIONS$|JDK_JAVA_OPTIONS$|CLASSPATH$|GIT_|SSH_ASKPASS$|EDITOR$|VISUAL$|PAGER$|LESSOPEN$|LESSCLOSE$|" +
    "GTK_|GDK_|QT_|XDG_CONFIG|XDG_DATA|OPENSSL_|GIO_|GST_|MALLOC_|HOSTALIASES$|RES_OPTIONS$)",
);

/** Whether a variable of this name can make a program run code of whoever sets it. */
export function choosesCode(variable: string): boolean {
  return CODE_VARIABLES.test(variable);
}

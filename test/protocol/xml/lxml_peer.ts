const PYTHON = "/usr/bin/python3";

/** libxml2, asked through one long-running Python process: an independent opinion on XML. See lxml_peer.py. */
export class LxmlPeer implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #lines: ReadableStreamDefaultReader<string>;

  /** Fails with the name of the missing package when there is no lxml. */
  static async start(): Promise<LxmlPeer> {
    const missing = "this test compares with libxml2: install Debian's package python3-lxml";
    const check = await new Deno.Command(PYTHON, { args: ["-c", "import lxml.etree"], stderr: "null" })
      .output()
      .catch((cause) => {
        throw new Error(missing, { cause });
      });
    if (!check.success) throw new Error(missing);
    return new LxmlPeer();
  }

  private constructor() {
    const script = new URL("lxml_peer.py", import.meta.url).pathname;
    this.#process = new Deno.Command(PYTHON, { args: [script], stdin: "piped", stdout: "piped" }).spawn();
    this.#writer = this.#process.stdin.getWriter();
    this.#lines = this.#process.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(lines()).getReader();
  }

  /** Asks everything and gives the answers in order; an answer with `error` throws. */
  async ask<T>(questions: object[]): Promise<T[]> {
    const sent = (async () => {
      for (const question of questions) {
        await this.#writer.write(new TextEncoder().encode(`${JSON.stringify(question)}\n`));
      }
    })();
    const answers: (T & { error?: string })[] = [];
    for (let i = 0; i < questions.length; i++) {
      const { value, done } = await this.#lines.read();
      if (done) throw new Error("the Python process ended");
      answers.push(JSON.parse(value));
    }
    await sent;
    const failed = answers.findIndex((answer) => answer.error !== undefined);
    if (failed >= 0) {
      throw new Error(`${answers[failed]!.error}\n${JSON.stringify(questions[failed], null, 1)}`);
    }
    return answers;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close();
    await this.#lines.cancel();
    await this.#process.status;
  }
}

function lines(): TransformStream<string, string> {
  let rest: string[] = [];
  return new TransformStream({
    transform(chunk, controller) {
      const parts = chunk.split("\n");
      if (parts.length === 1) {
        rest.push(chunk);
        return;
      }
      controller.enqueue(rest.join("") + parts[0]!);
      for (const line of parts.slice(1, -1)) controller.enqueue(line);
      rest = [parts[parts.length - 1]!];
    },
  });
}

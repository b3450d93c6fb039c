import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll } from 'vitest';
import { PYTHON } from './reference.ts';

/**
 * A Python program that stays from its first question to the end of the test file in which it is made, so that what it imports is
 * imported once. It reads a line of JSON for each question, and prints one for each answer.
 */
export class PythonSession {
  readonly #source: string;
  readonly #interpreter: string;
  #child: ChildProcessWithoutNullStreams | undefined;
  #answers: AsyncIterator<string> | undefined;
  #said = '';

  /** @param interpreter the reference interpreter unless named. */
  constructor(source: string, interpreter: string = PYTHON) {
    this.#source = source;
    this.#interpreter = interpreter;
    afterAll(() => this.#end());
  }

  /** The answer; the caller names the shape it expects. @throws Error with the end of standard error when Python ended. */
  async ask<T>(question: object): Promise<T> {
    this.#child ??= this.#start();
    this.#answers ??= createInterface(this.#child.stdout)[Symbol.asyncIterator]();
    this.#child.stdin.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await this.#answers.next();
    if (done === true) throw new Error(`Python ended without an answer:\n${this.#said}`);
    return JSON.parse(value) as T;
  }

  #start(): ChildProcessWithoutNullStreams {
    const child = spawn(this.#interpreter, ['-c', this.#source]);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-4000);
    });
    // A question that it does not read is one that it does not answer.
    child.stdin.on('error', () => undefined);
    return child;
  }

  async #end(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    child.stdin.end();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}

/** A Python that runs one piece of source after the other, each as if it stood alone but for what was imported and defined before. */
export class PythonShell {
  readonly #session: PythonSession = new PythonSession(SHELL);

  /** What a source prints. @param args `sys.argv[1:]`. @throws Error with the end of standard error when it fails. */
  run(source: string, ...args: readonly string[]): Promise<string> {
    return this.#session.ask<string>({ source, args });
  }

  /** Like {@link run}, with what is printed parsed as JSON. The caller names the shape it expects. */
  async json<T>(source: string, ...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.run(source, ...args)) as T;
  }
}

const SHELL = `
import contextlib, io, json, sys
for _line in sys.stdin:
    _job = json.loads(_line)
    sys.argv[1:] = _job['args']
    with contextlib.redirect_stdout(io.StringIO()) as _printed:
        exec(_job['source'], globals())
    print(json.dumps(_printed.getvalue()), flush=True)
`;

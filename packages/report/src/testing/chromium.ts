import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { findBrowser } from '../browser/find.ts';
import { headlessFlags } from '../browser/print.ts';

interface Message {
  id?: number;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { message: string };
}

interface Waiting {
  resolve: (result: Record<string, unknown>) => void;
  reject: (error: Error) => void;
}

/**
 * A real headless browser with one page, driven by the Chrome DevTools Protocol over pipes (file descriptors 3 and 4, JSON
 * that ends with NUL).
 */
export class Page {
  /** Console messages of level error, exceptions, and what the page's policy refused. */
  readonly errors: string[] = [];
  private readonly profile: string;
  private readonly child: ChildProcess;
  private readonly input: Writable;
  private readonly ended: Promise<void>;
  private readonly waiting = new Map<number, Waiting>();
  private readonly loads: (() => void)[] = [];
  private rest = Buffer.alloc(0);
  private count = 0;
  private session = '';

  private constructor(browser: string) {
    this.profile = mkdtempSync(join(tmpdir(), 'radweave-browser-'));
    const flags = [...headlessFlags(this.profile), '--remote-debugging-pipe', 'about:blank'];
    this.child = spawn(browser, flags, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    const [, , , input, output] = this.child.stdio;
    this.input = input as Writable;
    (output as Readable).on('data', (chunk: Buffer) => this.receive(chunk));
    this.ended = new Promise((resolve) => {
      this.child.on('close', () => {
        this.failAll('the browser ended');
        resolve();
      });
    });
  }

  /** @returns the page, or undefined where no browser is installed. */
  static async open(): Promise<Page | undefined> {
    const browser = findBrowser();
    if (browser === undefined) return undefined;
    const page = new Page(browser);
    const { targetId } = await page.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await page.send('Target.attachToTarget', { targetId, flatten: true });
    page.session = String(sessionId);
    for (const domain of ['Page', 'Runtime', 'Log']) await page.send(`${domain}.enable`);
    return page;
  }

  /** Opens a file in a window, or on paper, of this width in CSS pixels. */
  async show(path: string, width: number, media: 'screen' | 'print' = 'screen'): Promise<void> {
    await this.send('Emulation.setEmulatedMedia', { media });
    const metrics = { width, height: 900, deviceScaleFactor: 1, mobile: width < 600 };
    await this.send('Emulation.setDeviceMetricsOverride', metrics);
    const loaded = new Promise<void>((resolve) => this.loads.push(resolve));
    await this.send('Page.navigate', { url: pathToFileURL(path).href });
    await loaded;
  }

  /** The value of an expression in the page; promises are awaited. */
  async evaluate(expression: string): Promise<unknown> {
    const options = { expression, returnByValue: true, awaitPromise: true };
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', options);
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { value?: unknown }).value;
  }

  /** A PNG of a part of the page, all in CSS pixels. */
  async screenshot(y: number, width: number, height: number): Promise<Buffer> {
    const clip = { x: 0, y, width, height, scale: 1 };
    const options = { format: 'png', captureBeyondViewport: true, clip };
    const { data } = await this.send('Page.captureScreenshot', options);
    return Buffer.from(String(data), 'base64');
  }

  async close(): Promise<void> {
    await this.send('Browser.close').catch(() => undefined);
    await this.ended;
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }

  private send(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const id = ++this.count;
    const sessionId = this.session === '' || method.startsWith('Browser.') ? {} : { sessionId: this.session };
    this.input.write(`${JSON.stringify({ id, method, params, ...sessionId })}\0`);
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  private receive(chunk: Buffer): void {
    this.rest = Buffer.concat([this.rest, chunk]);
    for (let end = this.rest.indexOf(0); end !== -1; end = this.rest.indexOf(0)) {
      const message: Message = JSON.parse(this.rest.subarray(0, end).toString('utf8'));
      this.rest = this.rest.subarray(end + 1);
      this.take(message);
    }
  }

  private take({ id, method, params, result, error }: Message): void {
    const waiting = id === undefined ? undefined : this.waiting.get(id);
    if (id !== undefined && waiting !== undefined) {
      this.waiting.delete(id);
      if (error === undefined) waiting.resolve(result ?? {});
      else waiting.reject(new Error(error.message));
    }
    if (method === 'Page.loadEventFired') this.loads.shift()?.();
    const isError =
      method === 'Runtime.exceptionThrown' || /"(?:level|type)":"error"/.test(JSON.stringify(params));
    const isConsole = method === 'Runtime.consoleAPICalled' || method === 'Log.entryAdded';
    if (isError && (isConsole || method === 'Runtime.exceptionThrown'))
      this.errors.push(JSON.stringify(params));
  }

  private failAll(why: string): void {
    for (const { reject } of this.waiting.values()) reject(new Error(why));
    this.waiting.clear();
  }
}

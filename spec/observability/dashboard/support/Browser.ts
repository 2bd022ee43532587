import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser as Chromium, type Page } from 'playwright-core';

/** Debian's package. */
const EXECUTABLE = process.env['SLUICE_CHROMIUM'] ?? '/usr/bin/chromium';

/** Where pictures of what was seen are kept; without it none are taken. */
const SCREENSHOTS = process.env['SLUICE_SCREENSHOTS'];

export const hasBrowser = existsSync(EXECUTABLE);

/** A browser without a window, and all that its pages complain of. */
export class Browser {
  readonly complaints: string[] = [];

  private constructor(private readonly chromium: Chromium) {}

  static async start(): Promise<Browser> {
    const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];
    const args = ['--no-sandbox', '--disable-gpu', ...quiet];
    return new Browser(await chromium.launch({ executablePath: EXECUTABLE, args }));
  }

  async open(url: string, width = 1280, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
    const context = await this.chromium.newContext({ viewport: { width, height: 1100 }, colorScheme });
    const page = await context.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text());
    });
    page.on('pageerror', ({ message }) => this.complaints.push(message));
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== new URL(url).origin && !request.url().startsWith('data:')) {
        this.complaints.push(`asked elsewhere: ${request.url()}`);
      }
    });
    await page.goto(url);
    return page;
  }

  async picture(page: Page, name: string): Promise<void> {
    if (SCREENSHOTS === undefined) return;
    mkdirSync(SCREENSHOTS, { recursive: true });
    await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
  }

  /** Closes all pages, and says what they complained of. */
  async closePages(): Promise<string[]> {
    await Promise.all(this.chromium.contexts().map((context) => context.close()));
    return this.complaints.splice(0);
  }

  close(): Promise<void> {
    return this.chromium.close();
  }
}

/** What is hard to read: texts that lie on each other, that are cut off, or that are smaller than 10 pixels. */
export function hardToRead(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const boxes: { text: string; box: DOMRect }[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const parent = node.parentElement!;
      const text = node.textContent!.trim();
      if (text === '' || parent.closest('.aloud, script, noscript, title, .scroller') !== null) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const style = getComputedStyle(parent);
      if (parseFloat(style.fontSize) < 10) found.push(`small: ${text}`);
      for (const box of range.getClientRects()) {
        if (box.width < 1 || box.height < 1) continue;
        // What stands in a line has its line's height; letters are some two thirds of it.
        const inner = new DOMRect(box.x + 0.5, box.y + box.height * 0.2, box.width - 1, box.height * 0.6);
        boxes.push({ text, box: inner });
        if (box.right > document.documentElement.clientWidth + 1) found.push(`beyond the page: ${text}`);
      }
      for (let outer: Element | null = parent; outer !== null && outer !== document.body; outer = outer.parentElement) {
        const { overflowX } = getComputedStyle(outer);
        if (overflowX === 'visible' || outer instanceof SVGElement) continue;
        if (range.getBoundingClientRect().right > outer.getBoundingClientRect().right + 1)
          found.push(`cut off: ${text}`);
      }
    }
    for (const [index, one] of boxes.entries()) {
      for (const other of boxes.slice(index + 1)) {
        const { box: a } = one;
        const { box: b } = other;
        const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
        if (!apart) found.push(`on each other: ${one.text} | ${other.text}`);
      }
    }
    return found;
  });
}

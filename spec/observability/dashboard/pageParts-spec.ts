import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { renderPage, securityPolicy } from '../../../lib/observability/dashboard/renderPage.js';
import { generatePageParts, PAGE_PARTS } from './pageParts.js';

describe('the page', () => {
  it('is what its sources make: npm run build:dashboard', async () => {
    expect(readFileSync(PAGE_PARTS, 'utf8')).toBe(await generatePageParts());
  }, 20_000);

  it('is one file that asks nobody else for anything', () => {
    const page = renderPage('n0nce');
    const addresses = [...page.matchAll(/(?:https?:)?\/\/[a-z0-9.-]+\.[a-z]{2,}[^'"`\s]*/gi)].map(
      ([address]) => address,
    );
    expect(addresses.filter((address) => !address.includes('www.w3.org/2000/svg'))).toEqual([]);
    expect(page).not.toMatch(
      /\b(src|action|on\w+)=["']|@import|url\(|innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/,
    );
    expect(page.match(/<script[^>]*>/g)).toEqual(['<script type="module" nonce="n0nce">']);
    expect(page.match(/<style[^>]*>/g)).toEqual(['<style nonce="n0nce">']);
    expect(page.match(/<\/(script|style)>/g)).toEqual(['</style>', '</script>']);
  });

  it('may run only its own script', () => {
    expect(securityPolicy('n0nce')).toBe(
      `default-src 'none'; script-src 'nonce-n0nce'; style-src 'nonce-n0nce'; img-src data:; connect-src 'self'; ` +
        `base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
  });
});

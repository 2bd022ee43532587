import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { merge, Subject } from 'rxjs';
import type { Page } from 'playwright-core';
import { PipelineBackPressureController } from '../../../lib/control/PipelineBackPressureController.js';
import { startDashboard } from '../../../lib/observability/dashboard/startDashboard.js';
import { broadcast } from '../../../lib/operators/broadcast.js';
import { control } from '../../../lib/operators/control.js';
import { stage } from '../../../lib/operators/stage.js';
import { fromPull } from '../../../lib/sources/fromPull.js';
import { BirdstrikesProgram } from '../../examples/birdstrikesProgram.js';
import { Browser, hardToRead, hasBrowser } from './support/Browser.js';

if (!hasBrowser) {
  console.warn(
    'LEFT OUT: the page of the dashboard was not opened, because there is no /usr/bin/chromium. ' +
      'Install the package chromium, or name a Chromium in SLUICE_CHROMIUM.',
  );
}

const inBrowser = hasBrowser ? describe : describe.skip;

inBrowser('the page of the dashboard, in a browser', () => {
  let browser: Browser;
  const stops: (() => unknown)[] = [];
  beforeAll(async () => {
    browser = await Browser.start();
  });
  afterEach(async () => {
    await browser.closePages();
    for (const stop of stops.splice(0).reverse()) await stop();
  });
  afterAll(() => browser.close());

  const cause = (page: Page) => page.locator('.card.cause h3');

  it('over the main job with a slow sink: the sink is named and marked, its victims are black, and it is readable', async () => {
    const program = new BirdstrikesProgram(['--dashboard', '--sink-delay', '150']);
    stops.push(() => program.kill());
    await program.says(/^live view: http:\S+$/m);
    const url = /^live view: (\S+)$/m.exec(program.output)![1]!;
    const page = await browser.open(url);
    await page.getByText(/^finalSink is the bottleneck, for .* holds up gateway, keyGen,/).waitFor({ timeout: 60_000 });
    expect(await cause(page).allTextContents()).toEqual(['finalSink']);
    expect(await page.locator('.card h3').allTextContents()).toEqual(STAGES);
    expect(await page.locator('.card .state').first().textContent()).toMatch(/^back-pressured \d+ %$/);
    for (const [width, scheme] of LOOKS) {
      const other = await browser.open(url, width, scheme);
      await other
        .getByText(/is the bottleneck/)
        .first()
        .waitFor();
      await other.getByRole('button', { name: /^Redrive ingressProcessing/ }).waitFor();
      // Some history to look at.
      await other.waitForTimeout(3000);
      expect([width, scheme, await hardToRead(other)]).toEqual([width, scheme, []]);
      await browser.picture(other, `dashboard-${width}-${scheme}`);
      await other.close();
    }
    await page
      .getByText(/asyncEgress (EXHAUSTED|TIMEOUT)/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: /^Redrive asyncEgress EXHAUSTED/ }).click();
    await page.getByText(/^\d+ letters? went in again\.$/).waitFor();
    await page.getByText(/ · [1-9]\d* sent in again/).waitFor();
    await browser.picture(page, 'dashboard-redriven');
    program.kill();
    await page.getByText('The program has ended, or cannot be reached').waitFor();
    await browser.picture(page, 'dashboard-ended');
    expect((await browser.closePages()).filter((text) => !LOST.test(text))).toEqual([]);
  });

  it('redrive brings the dead letters back, and without the token its buttons are off', async () => {
    const controller = new PipelineBackPressureController({ monitoringIntervalMs: 100, logger: 'off' });
    const dashboard = await startDashboard({ controller, refreshMs: 100 });
    stops.push(() => dashboard.close());
    let isBroken = true;
    const end = new Subject<void>();
    const delivered: number[] = [];
    async function* source() {
      yield* [1, 2, 3, 4, 5];
      await new Promise<void>((resolve) => end.subscribe(() => resolve()));
    }
    const call = stage(
      async (n: number) => {
        if (isBroken) throw new Error('not today');
        return n;
      },
      { name: 'call', onFailure: 'deadLetter' },
    );
    const running = fromPull(source)
      .pipe(call, control(controller))
      .subscribe((n) => delivered.push(n));
    stops.push(() => running.unsubscribe());
    const stranger = await browser.open(dashboard.url.replace(/#.*$/, ''));
    const button = (page: Page) => page.getByRole('button', { name: 'Redrive call FAILED' });
    await button(stranger).waitFor();
    expect(await button(stranger).isDisabled()).toBe(true);
    await stranger.getByText('To send letters in again, open the address that was printed').waitFor();
    const page = await browser.open(dashboard.url);
    await page.getByText('5 kept of at most 10,000').waitFor();
    expect(await page.locator('.list tbody tr').count()).toBe(5);
    isBroken = false;
    await button(page).click();
    await page.getByText('5 letters went in again.').waitFor();
    await page.getByText('0 kept of at most 10,000 · 5 sent in again').waitFor();
    expect(await page.locator('.list tbody tr').count()).toBe(0);
    expect([...delivered].sort()).toEqual([1, 2, 3, 4, 5]);
    end.next();
    await page.getByText('has ended').first().waitFor();
    expect(await browser.closePages()).toEqual([]);
  });

  it('what a record holds is text: nothing of it runs', async () => {
    const controller = new PipelineBackPressureController({ monitoringIntervalMs: 100, logger: 'off' });
    const dashboard = await startDashboard({ controller, refreshMs: 100 });
    stops.push(() => dashboard.close());
    const evil = `"'></script><img src=x onerror="window.hacked=1"><script>window.hacked=1</script><svg onload=hacked=1>`;
    const call = stage(
      (_: unknown): unknown => {
        throw new Error(evil);
      },
      { name: evil, onFailure: 'deadLetter' },
    );
    const running = fromPull([evil, { [evil]: evil }, [evil]])
      .pipe(call, control(controller))
      .subscribe();
    stops.push(() => running.unsubscribe());
    const page = await browser.open(dashboard.url);
    await page.getByText('3 kept of at most').waitFor();
    await page.waitForTimeout(500);
    expect(await page.evaluate(() => (window as { hacked?: number }).hacked)).toBeUndefined();
    expect(await page.locator('img, main script').count()).toBe(0);
    expect(await page.locator('.list .value').first().textContent()).toContain('<script>window.hacked=1</script>');
    expect(await browser.closePages()).toEqual([]);
  });

  it('a fan-out is drawn as one, and the slow branch is the cause', async () => {
    const controller = new PipelineBackPressureController({ monitoringIntervalMs: 100, logger: 'off' });
    const dashboard = await startDashboard({ controller, refreshMs: 100 });
    stops.push(() => dashboard.close());
    const pass = (name: string) => stage((n: number) => n, { name });
    const slow = stage(() => new Promise<number>(() => undefined), { name: 'slow', capacity: 8 });
    const shared = broadcast(fromPull(Array.from({ length: 1000 }, (_, n) => n)).pipe(pass('read')), { branches: 2 });
    const flow = merge(shared.pipe(pass('fast'), pass('fastToo')), shared.pipe(slow));
    const running = flow.pipe(control(controller)).subscribe();
    stops.push(() => running.unsubscribe());
    const page = await browser.open(dashboard.url);
    await page
      .getByText(/^slow is the bottleneck/)
      .first()
      .waitFor();
    expect(await page.locator('.stack').evaluateAll((stacks) => stacks.map(({ children }) => children.length))).toEqual(
      [1, 1, 2, 1],
    );
    expect(await page.locator('.edge').count()).toBe(4);
    expect(await hardToRead(page)).toEqual([]);
    await browser.picture(page, 'dashboard-fan-out');
    expect(await browser.closePages()).toEqual([]);
  });

  it('ten stages in a row go round the corner, and all is readable', async () => {
    const controller = new PipelineBackPressureController({ monitoringIntervalMs: 100, logger: 'off' });
    const dashboard = await startDashboard({ controller, refreshMs: 100 });
    stops.push(() => dashboard.close());
    const slow = stage(() => new Promise<number>(() => undefined), { name: 'theVerySlowStageAtTheEnd', capacity: 8 });
    const step = (n: number) =>
      stage((value: number) => value, { name: `step${String(n)}OfTheLongPipeline`, capacity: 8 });
    const flow = fromPull(Array.from({ length: 1000 }, (_, n) => n)).pipe(step(1), step(2), step(3), step(4));
    const running = flow.pipe(step(5), step(6), step(7), step(8), step(9), slow, control(controller)).subscribe();
    stops.push(() => running.unsubscribe());
    for (const [width, scheme] of LOOKS) {
      const page = await browser.open(dashboard.url, width, scheme);
      await page
        .getByText(/^theVerySlowStageAtTheEnd is the bottleneck/)
        .first()
        .waitFor();
      await page.waitForTimeout(1000);
      expect([width, scheme, await hardToRead(page)]).toEqual([width, scheme, []]);
      expect(await page.locator('.edge').count()).toBe(9);
      await browser.picture(page, `dashboard-ten-stages-${width}-${scheme}`);
      await page.close();
    }
    expect(await browser.closePages()).toEqual([]);
  });
});

const STAGES = ['gateway', 'keyGen', 'ingressProcessing', 'asyncEgress', 'finalSink'];

const LOOKS = [
  [1280, 'light'],
  [1280, 'dark'],
  [800, 'light'],
  [800, 'dark'],
] as const;

/** What a browser says of a program that has ended. */
const LOST = /ERR_(CONNECTION|INCOMPLETE|EMPTY_RESPONSE|SOCKET)/;

import { afterEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { Subject, VirtualTimeScheduler } from 'rxjs';
import { PipelineBackPressureController } from '../../../lib/control/PipelineBackPressureController.js';
import {
  DASHBOARD_OPTIONS,
  startDashboard,
  type Dashboard,
  type DashboardOptions,
} from '../../../lib/observability/dashboard/startDashboard.js';
import { control } from '../../../lib/operators/control.js';
import { stage } from '../../../lib/operators/stage.js';
import { fromPull } from '../../../lib/sources/fromPull.js';
import { codeIn, messageIn, thrownBy } from '../../credit/support/errors.js';
import { everyOption } from '../../options/everyOption.js';
import { ask, EventReader } from './support/EventReader.js';
import { letterOf } from './support/letterOf.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const JSON_TYPE = { 'Content-Type': 'application/json' };

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const aController = () => new PipelineBackPressureController({ monitoringIntervalMs: 50, logger: 'off' });

async function start(options: Partial<DashboardOptions> = {}): Promise<Dashboard> {
  const dashboard = await startDashboard({ controller: aController(), ...options });
  stops.push(() => dashboard.close());
  return dashboard;
}

const authorised = ({ token }: Dashboard) => ({ Authorization: `Bearer ${token}` });

/** Numbers of which those divisible by 3 fail while `isBroken`; the source goes on until it is told to end. */
function failing(controller: PipelineBackPressureController, count = 9) {
  const state = { isBroken: true };
  const delivered: number[] = [];
  const end = new Subject<void>();
  const ended = new Promise<void>((resolve) => end.subscribe(() => resolve()));
  async function* source() {
    for (let n = 0; n < count; n++) yield n;
    await ended;
  }
  const save = stage(
    async (n: number) => {
      if (state.isBroken && n % 3 === 0) throw new Error(`no ${n}`);
      return n;
    },
    { name: 'save', capacity: 4, concurrency: 2, onFailure: 'deadLetter' },
  );
  const running = fromPull(source)
    .pipe(save, control(controller))
    .subscribe((n) => delivered.push(n));
  stops.push(() => running.unsubscribe());
  return { state, delivered, end, running };
}

async function eventually(condition: () => boolean): Promise<void> {
  for (const began = performance.now(); !condition(); await sleep(5)) {
    if (performance.now() - began > 10_000) throw new Error('it never came true');
  }
}

const closes = (socket: Socket) =>
  new Promise<void>((resolve) => {
    socket
      .on('error', () => undefined)
      .on('close', () => resolve())
      .resume();
  });

describe('the dashboard', () => {
  it('serves its page, with a policy that lets nothing else run', async () => {
    const dashboard = await start();
    expect(dashboard.url).toBe(`http://127.0.0.1:${dashboard.port}/#token=${dashboard.token}`);
    expect(dashboard.token).toMatch(/^[\w-]{43}$/);
    const [one, other] = [await ask(dashboard.port, '/'), await ask(dashboard.port, '/?x=1')];
    expect(one.status).toBe(200);
    expect(one.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
    const nonceOf = ({ headers }: typeof one) =>
      /'nonce-([^']+)'/.exec(String(headers['content-security-policy']))?.[1];
    expect(one.body).toContain(`nonce="${nonceOf(one)}"`);
    expect(nonceOf(one)).not.toBe(nonceOf(other));
    expect(one.body).not.toContain(dashboard.token);
  });

  it('tells a page how the pipeline is, and which letters there are', async () => {
    const controller = aController();
    const dashboard = await start({ controller, refreshMs: 50 });
    failing(controller);
    const reader = await EventReader.open(dashboard.port);
    await reader.until(() => reader.letters.at(-1)?.size === 3);
    expect(reader.letters.at(-1)).toMatchObject({
      maxSize: 10_000,
      groups: [{ stage: 'save', code: 'FAILED', count: 3 }],
      newest: [
        { stage: 'save', code: 'FAILED', value: '6', reason: 'no 6', attempts: 1, redrives: 0 },
        { value: '3' },
        { value: '0' },
      ],
    });
    await reader.until(() => reader.frames.at(-1)?.ledger.delivered === 6);
    expect(reader.frames.at(-1)).toMatchObject({
      bottleneck: null,
      stages: [{ name: 'save', kind: 'other', capacity: 4, passedOn: 6, inFlight: 0 }],
      ledger: { in: 9, delivered: 6, deadLettered: 3, inFlight: 0, codes: { deadLettered: { FAILED: 3 } } },
    });
    const { stages } = reader.frames.at(-1)!;
    expect(stages[0]!.idle + stages[0]!.busy + stages[0]!.backPressured).toBe(1000);
    reader.close();
  });

  it('names the stage that holds the others up', async () => {
    const controller = aController();
    const dashboard = await start({ controller, refreshMs: 50 });
    const read = stage((n: number) => n, { name: 'read', capacity: 4 });
    const save = stage(() => new Promise<number>(() => undefined), { name: 'save', capacity: 4 });
    const running = fromPull([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]).pipe(read, save, control(controller)).subscribe();
    stops.push(() => running.unsubscribe());
    const reader = await EventReader.open(dashboard.port);
    await reader.until(() => (reader.frames.at(-1)?.bottleneck?.forMs ?? 0) > 100);
    const { bottleneck, stages } = reader.frames.at(-1)!;
    expect(bottleneck?.stage).toBe('save');
    expect(stages.map(({ name, below, activity }) => [name, below, activity])).toEqual([
      ['read', ['save'], 'backPressured'],
      ['save', [], 'busy'],
    ]);
    reader.close();
  });

  it('sends letters in again: those of a stage and code, or all', async () => {
    const controller = aController();
    const dashboard = await start({ controller, refreshMs: 50 });
    const { state, delivered } = failing(controller);
    const { deadLetters } = controller;
    await eventually(() => deadLetters.size === 3);
    const redrive = (request: object) =>
      ask(dashboard.port, '/redrive', {
        method: 'POST',
        headers: { ...authorised(dashboard), ...JSON_TYPE },
        body: JSON.stringify(request),
      });
    expect(await redrive({ stage: 'save', code: 'TIMEOUT' })).toMatchObject({ status: 200, body: '{"redriven":0}' });
    expect((await redrive({ stage: 'other' })).body).toBe('{"redriven":0}');
    expect(deadLetters.size).toBe(3);
    state.isBroken = false;
    expect((await redrive({ stage: 'save', code: 'FAILED' })).body).toBe('{"redriven":3}');
    await eventually(() => delivered.length === 9);
    expect([...delivered].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    const reader = await EventReader.open(dashboard.port);
    await reader.until(() => reader.letters.length > 0);
    expect(reader.letters[0]).toMatchObject({ size: 0, redriven: 3, groups: [], newest: [] });
    reader.close();
  });

  it('says so where the pipeline of the letters is over, and the letters stay', async () => {
    const controller = aController();
    const dashboard = await start({ controller });
    const { end, running } = failing(controller);
    await eventually(() => controller.deadLetters.size === 3);
    end.next();
    await eventually(() => running.closed);
    const headers = { ...authorised(dashboard), ...JSON_TYPE };
    const answer = await ask(dashboard.port, '/redrive', { method: 'POST', headers, body: '{}' });
    expect(answer.status).toBe(409);
    expect(JSON.parse(answer.body)).toEqual({ problem: expect.stringContaining('the source of 3 letters has ended') });
    expect(controller.deadLetters.size).toBe(3);
  });
});

describe('who may ask', () => {
  const NO_TOKEN = /^the token is missing/;
  const WRONG = /^the token is wrong/;
  const FOREIGN = /^a page of another origin/;
  const NAMED = /^this dashboard is not called/;

  it.each([
    ['GET', '/', { Host: 'evil.example' }, 403, NAMED],
    ['GET', '/', { Host: '10.0.0.1' }, 403, NAMED],
    ['GET', '/', { Host: 'localhost:1' }, 200, /<!doctype html>/],
    ['GET', '/', { Host: '[::1]:1' }, 200, /<!doctype html>/],
    ['GET', '/events', { Host: 'evil.example' }, 403, NAMED],
    ['GET', '/events', { Host: 'evil.example', Origin: 'http://evil.example' }, 403, NAMED],
    ['GET', '/events', { Host: 'localhost', Origin: 'http://evil.example' }, 403, FOREIGN],
    ['GET', '/events', { Host: 'localhost', Origin: 'http://localhost:81' }, 403, FOREIGN],
    ['GET', '/events', { Host: 'localhost', Origin: 'null' }, 403, FOREIGN],
    ['GET', '/events', { Host: 'localhost', 'Sec-Fetch-Site': 'cross-site' }, 403, FOREIGN],
    ['GET', '/events', { Host: 'localhost', 'Sec-Fetch-Site': 'same-site' }, 403, FOREIGN],
    ['POST', '/redrive', { Host: 'localhost', ...JSON_TYPE }, 401, NO_TOKEN],
    ['POST', '/redrive', { Host: 'localhost', ...JSON_TYPE, Authorization: 'Bearer wrong' }, 401, WRONG],
    ['POST', '/redrive', { Host: 'localhost', ...JSON_TYPE, Authorization: 'Basic GOOD' }, 401, NO_TOKEN],
    ['POST', '/redrive', { Host: 'evil.example', ...JSON_TYPE, Authorization: 'Bearer GOOD' }, 403, NAMED],
    ['POST', '/redrive', { Origin: 'http://evil.example', ...JSON_TYPE, Authorization: 'Bearer GOOD' }, 403, FOREIGN],
    ['POST', '/redrive', { 'Content-Type': 'text/plain', Authorization: 'Bearer GOOD' }, 415, /Content-Type/],
    ['POST', '/redrive', { ...JSON_TYPE, Authorization: 'Bearer GOOD' }, 200, /redriven/],
    ['GET', '/redrive', { Authorization: 'Bearer GOOD' }, 405, /^write POST/],
    ['POST', '/', {}, 405, /^write GET/],
    ['POST', '/events', {}, 405, /^write GET/],
    ['GET', '/missing', {}, 404, /nothing here/],
    ['GET', '/__proto__', {}, 404, /nothing here/],
    ['GET', '/constructor', {}, 404, /nothing here/],
    ['GET', '//events', {}, 404, /nothing here/],
  ] as const)('%s %s with %j: %d', async (method, path, given, status, said) => {
    const dashboard = await start({ token: 'GOOD-0123456789ab' });
    const headers = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, value.replace('GOOD', dashboard.token)]),
    );
    const answer = await ask(dashboard.port, path, { method, headers, body: method === 'POST' ? '{}' : '' });
    expect(answer.status).toBe(status);
    const words = answer.headers['content-type'] === 'text/html; charset=utf-8' ? answer.body : null;
    const { problem } = words === null ? (JSON.parse(answer.body) as { problem?: string }) : { problem: words };
    expect(problem ?? answer.body).toMatch(said);
    expect(answer.body).not.toContain(dashboard.token);
  });

  it('a wrong token changes nothing, and the right one in an address is not looked at', async () => {
    const controller = aController();
    const dashboard = await start({ controller });
    failing(controller);
    await eventually(() => controller.deadLetters.size === 3);
    const path = `/redrive?token=${dashboard.token}`;
    expect((await ask(dashboard.port, path, { method: 'POST', headers: JSON_TYPE, body: '{}' })).status).toBe(401);
    expect(controller.deadLetters.size).toBe(3);
  });

  it.each([
    ['{"stage":1}', 400],
    ['{"filter":"x"}', 400],
    ['[]', 400],
    ['null', 400],
    ['{', 400],
    ['', 400],
    [`{"stage":"${'x'.repeat(5000)}"}`, 413],
  ])('a redrive of %s is refused', async (body, status) => {
    const dashboard = await start();
    const headers = { ...authorised(dashboard), ...JSON_TYPE };
    expect((await ask(dashboard.port, '/redrive', { method: 'POST', headers, body })).status).toBe(status);
  });

  it('on any other address than loopback the token is needed to see anything', async () => {
    const dashboard = await start({ host: '0.0.0.0' });
    expect(dashboard.url).toBe(`http://localhost:${dashboard.port}/#token=${dashboard.token}`);
    expect((await ask(dashboard.port, '/events')).status).toBe(401);
    expect((await ask(dashboard.port, '/events', { headers: { Authorization: 'Bearer no' } })).status).toBe(401);
    const reader = await EventReader.open(dashboard.port, { ...authorised(dashboard), Host: '192.168.7.7' });
    await reader.until(() => reader.frames.length > 0);
    reader.close();
    expect((await ask(dashboard.port, '/', { headers: { Host: 'evil.example' } })).status).toBe(403);
  });
});

describe('pages that are slow, dead or many', () => {
  it('one that never reads costs nothing: the others are told on, it is sent no more, and in the end it is cut off', async () => {
    const scheduler = new VirtualTimeScheduler();
    const controller = aController();
    const dashboard = await start({ controller, scheduler, refreshMs: 100 });
    const dead = connect(dashboard.port, '127.0.0.1');
    stops.push(() => dead.destroy());
    await once(dead, 'connect');
    dead.pause().write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const reader = await EventReader.open(dashboard.port);
    await reader.until(() => reader.letters.length === 1);
    // Each list of letters has some 30 kB: what is sent in all is many times what a connection holds.
    for (let round = 1; round <= 700; round++) {
      controller.deadLetters.drain();
      for (let n = 0; n < 50; n++) offerLetter(controller, `${round}.${n} ${'x'.repeat(500)}`);
      scheduler.maxFrames = scheduler.frame + 100;
      scheduler.flush();
      scheduler.frame = scheduler.maxFrames;
      await reader.until(() => reader.letters.length === 2);
      expect(reader.letters[1]?.newest[0]?.value).toMatch(new RegExp(`^${round}\\.49 x`));
      reader.told.splice(0, reader.told.length - 1);
    }
    let bytes = 0;
    dead.on('data', (part) => (bytes += part.length));
    await closes(dead);
    expect(bytes).toBeGreaterThan(30_000);
    expect(bytes).toBeLessThan(15_000_000);
    reader.close();
  }, 30_000);

  it('64 pages are told, the next one is refused until one has gone', async () => {
    const dashboard = await start({ refreshMs: 50 });
    const readers = await Promise.all(Array.from({ length: 64 }, () => EventReader.open(dashboard.port)));
    await Promise.all(readers.map((reader) => reader.until(() => reader.frames.length >= 2)));
    const answer = await ask(dashboard.port, '/events');
    expect([answer.status, answer.body]).toEqual([503, '{"problem":"64 pages look at this already; close one"}']);
    readers[0]?.close();
    let next: EventReader | null = null;
    for (let tries = 0; next === null && tries < 200; tries++) {
      await sleep(10);
      next = await EventReader.open(dashboard.port).catch(() => null);
    }
    expect(next).not.toBeNull();
    for (const reader of [...readers, next]) reader?.close();
  });
});

describe('the end of a dashboard', () => {
  it('close ends every connection and frees the port, however often it is called', async () => {
    const dashboard = await start();
    const reader = await EventReader.open(dashboard.port);
    const idle = connect(dashboard.port, '127.0.0.1');
    await once(idle, 'connect');
    const stuck = connect(dashboard.port, '127.0.0.1');
    await once(stuck, 'connect');
    stuck.pause().write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const gone = [closes(idle), closes(stuck)];
    await Promise.all([dashboard.close(), dashboard.close()]);
    await Promise.all([...gone, reader.until(() => reader.ended)]);
    await dashboard.close();
    const again = await start({ port: dashboard.port });
    expect(again.port).toBe(dashboard.port);
  });

  it('await using closes it', async () => {
    const port = await (async () => {
      await using dashboard = await startDashboard({ controller: aController() });
      return dashboard.port;
    })();
    await expect(ask(port, '/')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('a program ends with its pipeline, though a page is open; with keepAlive it stays until close()', async () => {
    const program = (keepAlive: boolean) => `
      import { get } from 'node:http';
      import { control, fromPull, PipelineBackPressureController, run, stage } from 'sluice';
      import { startDashboard } from 'sluice/observability';
      const controller = new PipelineBackPressureController({ logger: 'off' });
      const dashboard = await startDashboard({ controller, refreshMs: 50, keepAlive: ${String(keepAlive)} });
      await new Promise((resolve) => get(dashboard.url + '', { path: '/events' }, (response) => {
        response.socket.unref();
        response.once('data', resolve);
        response.on('error', () => undefined);
      }));
      await run(fromPull([1, 2, 3]).pipe(stage((n) => n), control(controller)));
      console.log('over');
      process.on('SIGTERM', () => dashboard.close());
    `;
    const launch = (keepAlive: boolean) => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program(keepAlive)], { cwd: ROOT });
      stops.push(() => child.kill('SIGKILL'));
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
      return { child, said: () => said, ended: once(child, 'exit') };
    };
    const [brief, staying] = [launch(false), launch(true)];
    expect(await brief.ended).toEqual([0, null]);
    expect(brief.said()).toBe('over\n');
    await eventually(() => staying.said() !== '');
    await sleep(300);
    expect([staying.child.exitCode, staying.said()]).toEqual([null, 'over\n']);
    staying.child.kill('SIGTERM');
    await staying.ended;
  });

  it('a port that is taken, or an address that is not here, is an option that makes no sense', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    stops.push(() => other.close());
    const { port } = other.address() as AddressInfo;
    const refused = (options: Partial<DashboardOptions>) =>
      startDashboard({ controller: aController(), ...options }).then(
        () => 'started',
        (error: unknown) => `${String(codeIn(error))} ${messageIn(error)}`,
      );
    expect(await refused({ port })).toBe(
      `OPTION startDashboard: option port is ${port}; it is taken on 127.0.0.1: give another one, or 0 for any that is free`,
    );
    expect(await refused({ host: '192.0.2.1' })).toMatch(
      /^OPTION startDashboard: option host is "192.0.2.1"; it is no address of this machine/,
    );
  });
});

describe('what it is given', () => {
  it.each([
    ['controller', undefined],
    ['controller', {}],
    ['port', -1],
    ['port', 65_536],
    ['port', 1.5],
    ['port', '80'],
    ['host', ''],
    ['host', 1],
    ['allowedHosts', 'name'],
    ['token', 'too short'],
    ['token', 'with spaces in it, and long enough'],
    ['refreshMs', 49],
    ['refreshMs', NaN],
    ['keepAlive', 'yes'],
    ['scheduler', {}],
  ])('%s = %p is refused at once', (key, value) => {
    const options = { controller: aController(), [key]: value } as DashboardOptions;
    const error = thrownBy(() => void startDashboard(options));
    expect([codeIn(error), messageIn(error)]).toEqual([
      'OPTION',
      expect.stringMatching(new RegExp(`^startDashboard: option ${key} is .*; give`)),
    ]);
  });

  everyOption('startDashboard', DASHBOARD_OPTIONS, {
    controller: {
      does: 'is the one that is shown',
      test: async () => {
        const controller = aController();
        const { port } = await start({ controller });
        failing(controller, 2);
        const reader = await EventReader.open(port);
        await reader.until(() => reader.frames.at(-1)?.ledger.in === 2);
        reader.close();
      },
    },
    port: {
      does: 'is listened on',
      test: async () => {
        const free = await start();
        await free.close();
        expect((await start({ port: free.port })).port).toBe(free.port);
      },
    },
    host: {
      does: 'is the address, and any but loopback needs the token',
      test: async () => {
        const { port, url } = await start({ host: 'localhost' });
        expect(url).toContain(`http://localhost:${port}/#token=`);
        expect((await ask((await start({ host: '0.0.0.0' })).port, '/events')).status).toBe(401);
      },
    },
    allowedHosts: {
      does: 'are names by which pages may call it',
      test: async () => {
        const headers = { Host: 'Metrics.example.org' };
        expect((await ask((await start()).port, '/', { headers })).status).toBe(403);
        const { port } = await start({ allowedHosts: ['metrics.Example.org'] });
        expect((await ask(port, '/', { headers })).status).toBe(200);
      },
    },
    token: {
      does: 'is what redrive needs',
      test: async () => {
        const { port, token } = await start({ token: 'abcdefgh-12345678' });
        expect(token).toBe('abcdefgh-12345678');
        const headers = { ...JSON_TYPE, Authorization: 'Bearer abcdefgh-12345678' };
        expect((await ask(port, '/redrive', { method: 'POST', headers, body: '{}' })).status).toBe(200);
      },
    },
    refreshMs: {
      does: 'is the time between two frames',
      test: async () => {
        const scheduler = new VirtualTimeScheduler();
        const { port } = await start({ scheduler, refreshMs: 130 });
        const reader = await EventReader.open(port);
        scheduler.maxFrames = 400;
        scheduler.flush();
        await reader.until(() => reader.frames.length === 4);
        expect(reader.frames.map(({ at }) => at)).toEqual([0, 130, 260, 390]);
        reader.close();
      },
    },
    keepAlive: {
      does: 'lets the listening address count among what keeps the process alive',
      test: async () => {
        const listening = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;
        const before = listening();
        await start();
        expect(listening()).toBe(before);
        await start({ keepAlive: true });
        expect(listening()).toBe(before + 1);
      },
    },
    scheduler: {
      does: 'is where the time comes from',
      test: async () => {
        const scheduler = new VirtualTimeScheduler();
        scheduler.frame = 777;
        const reader = await EventReader.open((await start({ scheduler })).port);
        await reader.until(() => reader.frames.length > 0);
        expect(reader.frames[0]?.at).toBe(777);
        reader.close();
      },
    },
  });
});

function offerLetter(controller: PipelineBackPressureController, value: string): void {
  controller.deadLetters.offer(
    letterOf(value),
    () => true,
    () => undefined,
  );
}

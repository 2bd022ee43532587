import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A directory of its own with `copies` of the built library in it, each with its own RxJS where that is asked for. */
export class Copies {
  private constructor(readonly directory: string) {}

  static async make(names: readonly string[]): Promise<Copies> {
    const directory = await mkdtemp(join(tmpdir(), 'sluice-copies-'));
    const modules = join(directory, 'node_modules');
    await mkdir(modules);
    for (const name of ['zod', 'rxjs-for-await']) await symlink(join(root, 'node_modules', name), join(modules, name));
    await copyRxjs(modules);
    for (const name of names) {
      const copy = join(directory, name);
      await mkdir(join(copy, 'node_modules'), { recursive: true });
      await cp(join(root, 'dist'), join(copy, 'dist'), { recursive: true, filter: (path) => !path.endsWith('.map') });
      await cp(join(root, 'package.json'), join(copy, 'package.json'));
    }
    return new Copies(directory);
  }

  /** That copy of the library sees an RxJS of its own. */
  async giveItsOwnRxjs(name: string): Promise<void> {
    await copyRxjs(join(this.directory, name, 'node_modules'));
  }

  run(program: string): Promise<Ended> {
    return runNode(program, this.directory);
  }

  remove(): Promise<void> {
    return rm(this.directory, { recursive: true, force: true });
  }
}

async function copyRxjs(modules: string): Promise<void> {
  const from = join(root, 'node_modules', 'rxjs');
  const to = join(modules, 'rxjs');
  await mkdir(to, { recursive: true });
  await cp(join(from, 'package.json'), join(to, 'package.json'));
  const filter = (path: string) => !path.endsWith('.map');
  await cp(join(from, 'dist', 'cjs'), join(to, 'dist', 'cjs'), { recursive: true, filter });
}

/** Runs an ES module in a Node process of its own; without a directory the built library is there as 'sluice'. */
export function runNode(program: string, cwd: string = root): Promise<Ended> {
  return new Promise((resolve) => {
    const args = ['--input-type=module', '-e', program];
    execFile(process.execPath, args, { cwd, timeout: 4000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout: stdout.trim(), stderr: stderr.trim() });
    });
  });
}

import { fork, type ChildProcess, type ForkOptions } from 'node:child_process';
import { once } from 'node:events';

/** A process beside the program. It is stopped by its id, at the latest when the program ends. */
export interface OwnProcess {
  readonly child: ChildProcess;
  /** Resolves when it has ended. */
  stop(): Promise<void>;
}

/** @param file a module of this directory, such as `./databaseProcess.ts` */
export function startProcess(file: string, ...given: string[]): OwnProcess {
  const options: ForkOptions = { execArgv: ['--import', 'tsx'], serialization: 'advanced' };
  const child = fork(new URL(file, import.meta.url), given, options);
  // It has nothing to save, and it may be deaf to anything less while it starts.
  const kill = (): void => void child.kill('SIGKILL');
  const exited = once(child, 'exit').then(() => void process.off('exit', kill));
  process.on('exit', kill);
  return {
    child,
    async stop() {
      kill();
      await exited;
    },
  };
}

/** For the other side: Ctrl-C in a terminal reaches it too, but it is the program's to say when it ends. */
export function endWithTheProgram(): void {
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
  process.on('disconnect', () => process.exit());
}

/** A line of a log, from what helps while developing to what needs somebody. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** One way to write a line. `details` says the same as the message, for machines. */
export type WriteLine = (message: string, details: Readonly<Record<string, unknown>>) => unknown;

/** Anything with these four methods: winston, the console, your own. What it returns is not looked at. */
export type Logger = Readonly<Record<LogLevel, WriteLine>>;

import { FlowTestScheduler, handFed } from 'sluice/testing';
import type { Scenario } from 'sluice/marbles';
import type { ScenarioDefinition } from './defineScenario.js';

/**
 * Plays a scenario in virtual time and returns what happened. With the options as they were written it is also checked.
 *
 * @throws Error where what happened is not what was expected, with both as marbles
 */
export function playScenario<O extends object>(
  definition: ScenarioDefinition<O>,
  options: O = definition.options,
): Promise<Scenario> {
  const { title, description, expected, demand, label, key } = definition;
  return new FlowTestScheduler().run(async (helpers) => {
    const recorder = helpers.record({ label, key });
    const played = helpers.cold(definition.source);
    const fed = handFed<string>();
    const source = definition.pushes === true ? played : fed;
    const expectation = helpers.expectFlow(definition.pipeline({ source, options, recorder, helpers }), demand);
    // Behind the subscription, which the expectation has asked for: what is ready waits until it is wanted.
    if (definition.pushes !== true) {
      played.subscribe({
        next: (value) => fed.send(value),
        error: (error: unknown) => fed.error(error),
        complete: () => fed.complete(),
      });
    }
    const isAsWritten = options === definition.options;
    if (isAsWritten) {
      expectation.toEmit(expected.emits, expected.values, expected.error);
      if (expected.requests !== undefined) expectation.toRequest(expected.requests, expected.counts);
    }
    await helpers.flush();
    const { duration: _, ...scenario } = recorder.scenario(title, description);
    if (isAsWritten) checkExits(definition.name, scenario, expected.exits ?? []);
    return scenario;
  });
}

function checkExits(name: string, { events }: Scenario, expected: readonly string[]): void {
  const exits = events
    .filter(({ kind }) => kind === 'drop' || kind === 'deadLetter' || kind === 'park')
    .map(({ label = '', kind, detail = '' }) => `${label} ${kind} ${detail.split(',')[0] ?? ''}`);
  if (JSON.stringify(exits) === JSON.stringify(expected)) return;
  throw new Error(
    `${name}: the records that left on the way differ:\n  expected ${expected.join(' · ')}\n  actual   ${exits.join(' · ')}`,
  );
}

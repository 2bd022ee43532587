import { firstValueFrom, timer } from 'rxjs';
import {
  asyncEgress,
  control,
  finalSink,
  gateway,
  ingressProcessing,
  keyGen,
  PipelineBackPressureController,
  type Destination,
} from 'sluice';
import { probe } from 'sluice/marbles';
import { defineScenario } from './defineScenario.js';

/** Acknowledges at once. */
const table: Destination<string> = {
  name: 'table',
  write: (requests) => requests.map(({ id }) => ({ id, ok: true })),
};

export const fiveStagesUnderLoad = defineScenario({
  name: 'five-stages-under-load',
  title: 'Five stages under a step of load: throttle and release',
  description:
    'A record every ten milliseconds is no trouble. Then nine come at once, and the service is slow: the inboxes fill from the ' +
    'bottom up, pressure rises in every stage above, and the source stops. When the load is over, all of it falls back to nothing.',
  source: 'a---------b---------(cdefghijk)---------l---------m|',
  options: { capacity: 2, serviceMs: 6, maxConcurrentOperations: 1 },
  pipeline: ({ source, recorder, options: { capacity, serviceMs, maxConcurrentOperations } }) => {
    const controller = new PipelineBackPressureController({
      ...{ logger: 'off', signals: 'off', monitoringIntervalMs: 5, throttle: 'classic' },
    });
    recorder.watch(controller);
    return source.pipe(
      probe('source', recorder),
      gateway({ capacity, name: 'gateway' }),
      probe('admitted', recorder),
      keyGen({ keySelector: (order: string) => order, capacity, name: 'keyGen' }),
      probe('keyed', recorder),
      ingressProcessing({ validate: () => true, capacity, name: 'ingressProcessing' }),
      probe('checked', recorder),
      asyncEgress({
        process: async (order: string) => {
          await firstValueFrom(timer(serviceMs));
          return order;
        },
        ...{ capacity, maxConcurrentOperations, name: 'asyncEgress' },
      }),
      probe('served', recorder),
      finalSink({ destination: table, capacity, name: 'finalSink' }),
      probe('delivered', recorder),
      control(controller),
    );
  },
  expected: {
    emits: '------a---------b---------c-----d-----e-----f-----g-----h-----i-----j-----k-----l-----(m|)',
  },
});

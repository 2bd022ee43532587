import { control, gateway, PipelineBackPressureController } from 'sluice';
import { probe } from 'sluice/marbles';
import { defineScenario } from './defineScenario.js';

export const gatewayRateLimit = defineScenario({
  name: 'gateway-rate-limit',
  title: 'A gateway limits the rate',
  description:
    'A burst of eight records meets a gateway that lets 100 a second through and two at once: after the burst, one every ten ' +
    'milliseconds. The other records wait in the inbox and then at the source, which is not asked for more than there is room for.',
  source: '(abcdefgh|)',
  options: { maxRequestsPerSecond: 100, burst: 2, capacity: 4 },
  pipeline: ({ source, recorder, options }) => {
    const controller = new PipelineBackPressureController({ logger: 'off', signals: 'off', throttle: 'off' });
    recorder.watch(controller);
    return source.pipe(
      probe('requests', recorder),
      gateway({ name: 'gateway', ...options }),
      probe('let through', recorder),
      control(controller),
    );
  },
  expected: {
    emits: '(ab)------c---------d---------e---------f---------g---------(h|)',
    requests: '(42)----------------2',
  },
});

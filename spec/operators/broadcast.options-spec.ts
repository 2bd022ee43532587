import { broadcast, BROADCAST_OPTIONS } from '../../lib/operators/broadcast.js';
import { everyOption } from '../options/everyOption.js';
import { fanOutOptions } from './support/fanOutOptions.js';

everyOption('broadcast', BROADCAST_OPTIONS, fanOutOptions('broadcast', broadcast));

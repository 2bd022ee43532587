import { balance, BALANCE_OPTIONS } from '../../lib/operators/balance.js';
import { everyOption } from '../options/everyOption.js';
import { fanOutOptions } from './support/fanOutOptions.js';

everyOption('balance', BALANCE_OPTIONS, fanOutOptions('balance', balance));

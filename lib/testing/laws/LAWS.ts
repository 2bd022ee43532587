import { beginsAnew } from './beginsAnew.js';
import { canBeReentered } from './canBeReentered.js';
import { conservesCredit } from './conservesCredit.js';
import { doublesNothing } from './doublesNothing.js';
import { emitsAgainstCredit } from './emitsAgainstCredit.js';
import { emitsNothingAfterTheEnd } from './emitsNothingAfterTheEnd.js';
import { completesBehindRecords, failsBehindRecords } from './endsBehindRecords.js';
import { keepsOrder } from './keepsOrder.js';
import type { OperatorLaw } from './OperatorLaw.js';
import { leavesNoTimer } from './leavesNoTimer.js';
import { losesNothing } from './losesNothing.js';
import { needsConstantStack } from './needsConstantStack.js';
import { releasesTheSource } from './releasesTheSource.js';
import { settlesEachRecordOnce } from './settlesEachRecordOnce.js';
import { showsBrokenSources } from './showsBrokenSources.js';
import { staysWithinCapacity } from './staysWithinCapacity.js';

/** Every law of operators. */
export const LAWS: readonly OperatorLaw[] = [
  emitsAgainstCredit,
  losesNothing,
  doublesNothing,
  conservesCredit,
  canBeReentered,
  needsConstantStack,
  keepsOrder,
  showsBrokenSources,
  releasesTheSource,
  emitsNothingAfterTheEnd,
  leavesNoTimer,
  beginsAnew,
  completesBehindRecords,
  failsBehindRecords,
  staysWithinCapacity,
  settlesEachRecordOnce,
];

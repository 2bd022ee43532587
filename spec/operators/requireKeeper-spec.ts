import { describe, expect, it } from '@jest/globals';
import { PipelineBackPressureController } from '../../lib/control/PipelineBackPressureController.js';
import { CreditAccount } from '../../lib/credit/CreditAccount.js';
import { requireKeeper } from '../../lib/operators/requireKeeper.js';
import { Bookkeeper } from '../../lib/records/Bookkeeper.js';
import { Ledger } from '../../lib/records/Ledger.js';
import { codeIn, messageIn, thrownBy } from '../credit/support/errors.js';

describe('somebody must keep the dead letters', () => {
  const complaint = (
    onFailure: 'error' | 'deadLetter',
    listens: boolean,
    books: Bookkeeper | null,
    observer: object | null = null,
  ) => {
    const account = new CreditAccount('save', 1, null);
    account.witness = books;
    account.observer = observer;
    return thrownBy(() => requireKeeper(account, { onFailure, onDeadLetter: listens ? () => undefined : undefined }));
  };

  it('a ledger, a controller or a listener will do, and without dead letters nobody is needed', () => {
    expect(complaint('error', false, null)).toBeUndefined();
    expect(complaint('deadLetter', true, null)).toBeUndefined();
    expect(complaint('deadLetter', false, new Ledger())).toBeUndefined();
    expect(complaint('deadLetter', false, null, new PipelineBackPressureController())).toBeUndefined();
  });

  it('nobody, or somebody who keeps no letters, is an error that names the stage', () => {
    for (const books of [null, new Bookkeeper()]) {
      const error = complaint('deadLetter', false, books);
      expect(codeIn(error)).toBe('NO_DEAD_LETTERS');
      expect(messageIn(error)).toContain("stage 'save'");
    }
  });
});

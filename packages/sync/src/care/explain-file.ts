import type { TreePath } from '@holdfast/base';
import type { CareParts, PairChoices } from './care-parts.ts';
import { gatherFacts } from './file-facts.ts';
import { judgeState } from './judge-state.ts';
import { agreedOf, localOf, proofOf, remoteOf } from './known-state.ts';
import type { FileTruth } from './pair-care.ts';
import { decisionOf } from './past-run.ts';
import { sentenceOf } from './sentence-of.ts';

/**
 * The truth about one file or folder: what is on the disk at this moment, what was last seen on the server, what both
 * agreed on, and what follows from it. Never throws because of the file: what cannot be looked at is a problem.
 */
export async function explainFile(
  parts: CareParts,
  choices: PairChoices,
  path: TreePath,
): Promise<FileTruth> {
  const facts = await gatherFacts(parts, choices, path);
  const { item, entry, line, problem, rule } = facts;
  const state = judgeState(facts);
  return {
    path,
    state,
    sentence: sentenceOf(facts, state),
    local: entry === undefined ? undefined : localOf(entry, item),
    remote: remoteOf(item),
    agreed: agreedOf(item),
    proof: state === 'equal' ? proofOf(item) : undefined,
    last: line === undefined ? undefined : decisionOf(line),
    problem,
    rule,
  };
}

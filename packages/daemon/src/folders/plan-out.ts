import type { FolderPlan } from '@holdfast/protocol';
import { type RunReport, summarizePlan } from '@holdfast/sync';

const shownSteps = 1000;

/** The plan of a run, summed up, as commands tell it. */
export function planOut(report: RunReport): FolderPlan {
  const { headline, groups, conflicts, notSynced, mapped, offers, replaced } = summarizePlan(report);
  const steps = report.plan ?? [];
  return {
    ...{ headline, replaced },
    groups: groups.map((group) => ({ ...group })),
    conflicts: conflicts.slice(0, shownSteps),
    notSynced: notSynced.slice(0, shownSteps),
    mapped: mapped.slice(0, shownSteps).map((name) => ({ ...name })),
    offers: offers.slice(0, shownSteps),
    steps: steps.slice(0, shownSteps).map((step) => ({ ...step })),
    stepCount: steps.length,
  };
}

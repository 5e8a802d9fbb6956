/** Something to happen at one call of one method of a fake. */
export interface Fault {
  readonly method: string;
  /** The how-manieth call from now on; 1 is the next. */
  readonly nth: number;
  /** `before`: nothing has happened yet. `after`: the effect is there, the caller does not learn of it. */
  readonly when: 'before' | 'after';
  /** Runs at that moment, for example to change the target behind the caller's back. */
  readonly run?: () => void | Promise<void>;
  /** Thrown at that moment. */
  readonly error?: unknown;
}

/** The faults of one fake, and a count of its calls. */
export class FaultPlan {
  readonly #calls = new Map<string, number>();
  #pending: { fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#pending.push({ fault, left: fault.nth });
  }

  /** How often a method was called. */
  calls(method: string): number {
    return this.#calls.get(method) ?? 0;
  }

  /** Takes away all faults that have not happened. */
  clear(): void {
    this.#pending = [];
  }

  /** Runs the effect of one call with the faults that are due. */
  async around<T>(method: string, effect: () => T | Promise<T>): Promise<T> {
    const due = this.#due(method);
    await this.#strike(due, 'before');
    const result = await effect();
    await this.#strike(due, 'after');
    return result;
  }

  #due(method: string): Fault[] {
    this.#calls.set(method, this.calls(method) + 1);
    const due: Fault[] = [];
    this.#pending = this.#pending.filter((entry) => {
      if (entry.fault.method !== method) return true;
      entry.left--;
      if (entry.left > 0) return true;
      due.push(entry.fault);
      return false;
    });
    return due;
  }

  async #strike(due: readonly Fault[], when: Fault['when']): Promise<void> {
    for (const fault of due) {
      if (fault.when !== when) continue;
      await fault.run?.();
      if (fault.error !== undefined) throw fault.error;
    }
  }
}

/** What every call of a killed process ends with. */
export class Killed extends Error {
  constructor() {
    super('killed');
  }
}

/** One life of a client, from its start to its end or to a kill. */
export class SimProcess {
  readonly name: string;
  alive = true;

  constructor(name: string) {
    this.name = name;
  }

  /** @throws Killed. */
  requireAlive(): void {
    if (!this.alive) throw new Killed();
  }
}

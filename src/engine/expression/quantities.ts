/** A quantity that an expression writes or reckons: its unit is a UCUM code in quotes, or a calendar word. */
export class Quantity {
  /** @param twin what the interpreter made it of, which may know more of it. */
  constructor(
    readonly value: number,
    readonly unit: string,
    readonly twin?: object,
  ) {}

  toString(): string {
    return `${this.value} ${this.unit}`
  }

  toJSON(): string {
    return this.toString()
  }
}

// Answers questions about a generated module, one line each: what a validator makes of a value.

import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";

const [, , path, questions] = process.argv;
const events = await import(path);

for (const line of readFileSync(questions, "utf8").split("\n").filter((line) => line !== "")) {
  const { name, value } = JSON.parse(line);
  console.log(JSON.stringify(name === "parseEvent" ? events.parseEvent(value) : checked(events[name], value)));
}

function checked(validator, value) {
  const before = structuredClone(value);
  const parsed = validator.safeParse(value);
  const standard = validator["~standard"].validate(value);
  const told = parsed.success ? { value: parsed.data } : { issues: parsed.issues };
  return {
    ...parsed,
    is: validator.is(value),
    same: parsed.success && isDeepStrictEqual(value, parsed.data),
    again: parsed.success && validator.is(parsed.data),
    untouched: isDeepStrictEqual(before, value),
    standard: isDeepStrictEqual(standard, told),
    thrown: thrown(validator, value),
  };
}

function thrown(validator, value) {
  try {
    validator.parse(value);
    return null;
  } catch (error) {
    return error instanceof events.ValidationError ? error.message : `another error: ${error}`;
  }
}

// The browser that reads the pages.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const program = [process.env.EVENTBUS_TEST_CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome"]
  .find((path) => path && existsSync(path));

export async function launched() {
  assert(program, "there is no Chromium: scripts/test installs it, EVENTBUS_TEST_CHROMIUM names one");
  return chromium.launch({ executablePath: program, args: ["--no-sandbox"] });
}

// Reads catalog pages as their readers do: a validator of HTML, a browser at two widths, a keyboard, a screen reader's rules.
// Usage: node check.mjs PAGE.html..    Screenshots are written beside each page.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { HtmlValidate } from "html-validate";
import { launched } from "./browser.mjs";

const rules = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const validator = new HtmlValidate({
  extends: ["html-validate:recommended"],
  rules: {
    // Names of event types are places as they are.
    "valid-id": ["error", { relaxed: true }],
    "doctype-style": "off",
    "long-title": "off",
  },
});

async function validated(file) {
  const report = await validator.validateString(readFileSync(file, "utf8"));
  const found = report.results.flatMap((result) => result.messages);
  const told = found.map((one) => `${file}:${one.line}:${one.column} ${one.ruleId}: ${one.message}`);
  assert.deepEqual(told, []);
}

/** Opens the page at an address of its own, and has every complaint and every request told. */
async function opened(browser, file, options = {}, address = "") {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const said = [];
  page.on("console", (message) => said.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => said.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => { said.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => {
    if (!request.url().startsWith(pathToFileURL(file).href)) said.push(`request: ${request.url()}`);
  });
  await page.goto(pathToFileURL(file).href + address);
  return { page, said, close: async () => { assert.deepEqual(said, [], file); await context.close(); } };
}

const events = (page) => page.locator("article.event");
const shown = (page) => page.locator("article.event:visible").evaluateAll((all) => all.map((one) => one.id));
const ground = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
/** Below the bar at the top, or as far up as the end of the page lets it be. */
const isInView = (page, id) => page.waitForFunction((id) => {
  const { top } = document.getElementById(id).getBoundingClientRect();
  const isAtEnd = scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
  return top > 50 && (top < 150 || (isAtEnd && top < innerHeight));
}, id);

async function looksRight(browser, file) {
  for (const [name, width, height] of [["wide", 1280, 800], ["phone", 390, 844]]) {
    for (const colorScheme of ["light", "dark"]) {
      const { page, close } = await opened(browser, file, { viewport: { width, height }, colorScheme });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert(over <= 0, `${file} is ${over} pixels too wide at ${width}`);
      await page.screenshot({ path: file.replace(/\.html$/, `-${name}-${colorScheme}.png`) });
      // Both widths and both themes are judged, each once.
      if ((name === "wide") !== (colorScheme === "light")) {
        await close();
        continue;
      }
      // What is out of view is not painted, and has no colours to be judged.
      await page.evaluate(() => {
        for (const one of document.querySelectorAll("article")) one.style.contentVisibility = "visible";
        for (const one of document.querySelectorAll("details")) one.open = true;
      });
      await page.evaluate(rules);
      const found = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
      const told = found.violations.map((one) => `${one.id}: ${one.help}: ${one.nodes[0].html} ${one.nodes[0].failureSummary}`);
      assert.deepEqual(told, [], `${file} at ${width}, ${colorScheme}`);
      await close();
    }
  }
}

async function linksLeadSomewhere(browser, file) {
  const { page, close } = await opened(browser, file);
  const lost = await page.evaluate(() => [...document.querySelectorAll('a[href^="#"]')]
    .map((link) => link.getAttribute("href").slice(1))
    .filter((id) => !document.getElementById(id)));
  assert.deepEqual(lost, []);
  assert.equal(await page.locator("script").count(), 1);
  const others = await page.locator("a:not([href^='#'])").evaluateAll((all) => all.map((one) => one.href));
  assert(others.every((url) => /^https?:/.test(url)), `${others}`);
  // Each event, each family and each version has an address that can be passed on.
  for (const id of await page.locator(".version").evaluateAll((all) => all.map((one) => one.id))) {
    const { page: other, close } = await opened(browser, file, {}, `#${id}`);
    await isInView(other, id);
    assert(await other.locator(`[id="${id}"]`).isVisible(), `${id} is not shown`);
    await close();
  }
  await close();
}

async function searchFinds(browser, file) {
  const { page, close } = await opened(browser, file);
  const all = await shown(page);
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "q");
  const last = all.at(-1);
  await page.keyboard.type(last.toUpperCase());
  assert((await shown(page)).includes(last));
  // What was looked for can be passed on.
  const { page: other, close: closeOther } = await opened(browser, file, {}, new URL(page.url()).search);
  assert.deepEqual(await shown(other), await shown(page));
  await closeOther();
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.closest("article").id), (await shown(page))[0]);
  await page.keyboard.press("/");
  await page.keyboard.type("no event says this");
  assert.deepEqual(await shown(page), []);
  assert.match(await page.locator("#found").textContent(), /No event matches/);
  // A link to what the search hides shows it again.
  await page.goto(`${page.url().split("#")[0]}#${last}`);
  await isInView(page, last);
  assert.deepEqual(await shown(page), all);
  await page.keyboard.press("/");
  await page.keyboard.type("no event says this");
  await page.keyboard.press("Escape");
  assert.deepEqual(await shown(page), all);
  assert.equal(new URL(page.url()).search, "");
  // Each word of an event finds it, whether it is of its docs, a field, or its example.
  const words = await events(page).last().evaluate((one) => one.textContent.split(/\s+/).filter((word) => word));
  for (const word of new Set(words.slice(0, 12))) {
    await page.locator("#q").fill(word);
    assert((await shown(page)).includes(last), `${word} does not find ${last}`);
  }
  await close();
}

async function keyboardIsEnough(browser, file) {
  const { page, close } = await opened(browser, file);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert(await page.evaluate(() => document.activeElement.closest("main") !== null), "the skip link skips");
  await page.evaluate(() => document.activeElement.blur());
  for (const key of ["j", "j", "k"]) await page.keyboard.press(key);
  assert.equal(await page.evaluate(() => document.activeElement.closest("article").id), (await shown(page))[0]);
  await close();
}

async function themeIsChosen(browser, file) {
  const { page, close } = await opened(browser, file, { colorScheme: "light" });
  const light = await ground(page);
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await ground(page);
  assert.notEqual(light, dark);
  const theme = page.locator("#theme");
  await theme.click();
  assert.equal(await ground(page), light);
  await page.reload();
  assert.equal(await ground(page), light, "the choice is kept");
  await theme.click();
  await page.emulateMedia({ colorScheme: "light" });
  assert.equal(await ground(page), dark);
  await close();
}

async function readsWithoutScripts(browser, file) {
  const { page, close } = await opened(browser, file, { javaScriptEnabled: false });
  assert.equal(await events(page).locator("visible=true").count(), await events(page).count());
  assert(!(await page.locator("#q").isVisible()) && !(await page.locator("#theme").isVisible()));
  await close();
}

const browser = await launched();
try {
  const checks = [looksRight, linksLeadSomewhere, searchFinds, keyboardIsEnough, themeIsChosen, readsWithoutScripts];
  await Promise.all(process.argv.slice(2).map(async (file) => {
    await validated(file);
    for (const check of checks) await check(browser, file);
    console.log(`${file}: well`);
  }));
} finally {
  await browser.close();
}

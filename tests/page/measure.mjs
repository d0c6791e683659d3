// How long a page takes in a browser: one line of JSON, in milliseconds. Usage: node measure.mjs PAGE.html
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { launched } from "./browser.mjs";

const [file] = process.argv.slice(2);
const browser = await launched();
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(pathToFileURL(file).href);
  const loaded = await page.evaluate(() => {
    const [timing] = performance.getEntriesByType("navigation");
    const painted = performance.getEntriesByName("first-contentful-paint")[0];
    return { interactive: timing.domInteractive, loaded: timing.loadEventEnd, painted: painted.startTime };
  });
  const last = await page.locator("article.event").last().getAttribute("id");
  // Each letter, until the page is laid out again.
  const typed = await page.evaluate((words) => {
    const box = document.getElementById("q");
    const times = [];
    for (const word of words) {
      for (let length = 1; length <= word.length; length += 1) {
        const start = performance.now();
        box.value = word.slice(0, length);
        box.dispatchEvent(new Event("input"));
        void document.body.offsetHeight;
        times.push(performance.now() - start);
      }
    }
    return { first: times[0], slowest: Math.max(...times.slice(1)) };
  }, [last, "no event says this"]);
  // Until the event has stayed in its place for some frames. Events are taller than the page guesses.
  const jumped = await page.evaluate(async (id) => {
    for (const head of document.querySelectorAll("article.event > .head")) head.style.height = "90rem";
    const start = performance.now();
    location.hash = `#${id}`;
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const place = () => Math.round(document.getElementById(id).getBoundingClientRect().top);
    let [top, still, jump] = [place(), 0, 0];
    while (still < 20) {
      await frame();
      still = place() === top ? still + 1 : 0;
      if (still === 0) [top, jump] = [place(), performance.now() - start];
    }
    return { jump, top };
  }, last);
  const text = readFileSync(file);
  const elements = await page.evaluate(() => document.querySelectorAll("*").length);
  const size = { bytes: text.length, compressed: gzipSync(text).length, elements };
  console.log(JSON.stringify({ ...size, ...loaded, ...typed, ...jumped }));
} finally {
  await browser.close();
}

// A page that shows the shop's events by family. It takes nothing for granted of what it is sent.

import { type ParsedEvent, parseEvent, type ShopEvent } from "../generated/events.ts";
import { line } from "./feed.ts";

const families = ["order", "payment", "user", "system"] as const;

type Family = (typeof families)[number];

/** Where an event is shown. A family that is new in Rust does not compile here until it has a place. */
function family(event: ShopEvent): Family {
  switch (event.type) {
    case "order.placed":
    case "order.shipped":
    case "order.delivered":
    case "order.cancelled":
      return "order";
    case "payment.initiated":
    case "payment.completed":
    case "payment.failed":
    case "payment.refunded":
      return "payment";
    case "user.created":
    case "user.updated":
    case "user.deleted":
      return "user";
    case "system.started":
    case "system.stopped":
    case "system.health":
      return "system";
  }
}

/** The place and the text of something that was received. */
function entry(parsed: ParsedEvent): readonly [Family | "unknown" | "invalid", string] {
  switch (parsed.kind) {
    case "event":
      return [family(parsed.event), line(parsed.event)];
    case "older":
      return parsed.event;
    case "unknown":
      return ["unknown", `${parsed.event.type}, version ${parsed.event.dataversion}`];
    case "invalid":
      return ["invalid", parsed.issues.map(({ message, path }) => `${path.join(".")} ${message}`).join("; ")];
  }
}

/** Adds what was received to the page. */
function show(received: string): void {
  const [place, text] = entry(parseEvent(JSON.parse(received)));
  const item = document.createElement("li");
  item.textContent = text;
  section(place).append(item);
}

function section(name: string): Element {
  const found = document.querySelector(`#${name} ul`);
  if (found !== null) return found;
  const section = document.createElement("section");
  const title = document.createElement("h2");
  const list = document.createElement("ul");
  section.id = name;
  title.textContent = name;
  section.append(title, list);
  document.body.append(section);
  return list;
}

for (const name of families) section(name);
const response = await fetch("events.jsonl");
for (const received of (await response.text()).split("\n")) {
  if (received !== "") show(received);
}
document.body.dataset["state"] = "shown";

// Clients of the Model Context Protocol against a running service: node mcp.mjs URL. Prints what each read, as JSON.

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(`${process.env.ASYNCASSIST_TEST_NPM}/`));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const url = new URL(process.argv[2]);
const found = {};

const { Client, StreamableHTTPClientTransport } = await load("@modelcontextprotocol/client");
const old = await load("@modelcontextprotocol/sdk/client/index.js");
const { StreamableHTTPClientTransport: OldTransport } = await load("@modelcontextprotocol/sdk/client/streamableHttp.js");

const info = { name: "judge", version: "1" };
const clients = {
  modern: [new Client(info, { versionNegotiation: { mode: "auto" } }), new StreamableHTTPClientTransport(url)],
  legacy: [new Client(info), new StreamableHTTPClientTransport(url)],
  sdk: [new old.Client(info), new OldTransport(url)],
};
for (const [name, [client, transport]] of Object.entries(clients)) {
  await client.connect(transport);
  const { tools } = await client.listTools();
  const trip = { origin: "LIS", destination: "PAR", departure_date: process.argv[3] };
  const search = await client.callTool({ name: "search_flights", arguments: trip });
  const flights = search.structuredContent.offers[0].itineraries.flatMap((one) => one.segments).map((one) => one.carrier + one.number);
  const results = [
    search,
    await client.callTool({ name: "price_offer", arguments: { ...trip, flights } }),
    await client.callTool({ name: "search_dates", arguments: trip }),
    await client.callTool({ name: "find_places", arguments: { text: "München" } }),
    await client.callTool({ name: "read_message", arguments: { text: "Flüge von München nach Rom morgen" } }),
  ];
  const wrong = await client.callTool({ name: "search_flights", arguments: { ...trip, origin: "Lisbon" } });
  const unknown = await client.callTool({ name: "none", arguments: {} }).then(() => null, (error) => error.code);
  const controller = new AbortController();
  const aborted = client.callTool({ name: "search_dates", arguments: { ...trip, origin: "OPO", window: 15 } }, ...(name === "sdk" ? [undefined] : []), { signal: controller.signal });
  setTimeout(() => controller.abort("enough"), 1);
  const cancelled = await aborted.then(() => "answered", () => "cancelled");
  const after = await client.callTool({ name: "find_places", arguments: { text: "Rom" } });
  found[name] = {
    version: transport.protocolVersion,
    server: client.getServerVersion()?.name,
    tools: tools.map((tool) => tool.name),
    content: results.map((result) => Object.keys(result.structuredContent)[0]),
    wrong: [wrong.isError, wrong.content[0].text],
    unknown,
    cancelled,
    after: after.structuredContent.places[0].code,
    ping: name === "modern" ? null : await client.ping().then(() => true),
  };
  await client.close();
}
console.log(JSON.stringify(found));

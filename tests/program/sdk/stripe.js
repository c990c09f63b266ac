// Pay with Stripe's own library. Its paths are fixed, so the prefix of the route is put before them
// where the library hands a request to its HTTP client.
const fs = require("fs");
const https = require("https");
const Stripe = require("stripe");

const agent = new https.Agent({
  ca: fs.readFileSync(process.env.GATEWAY_CA),
  cert: fs.readFileSync(process.env.GATEWAY_CERT),
  key: fs.readFileSync(process.env.GATEWAY_KEY),
});
const client = Stripe.createNodeHttpClient(agent);
const send = client.makeRequest.bind(client);
client.makeRequest = (host, port, path, ...rest) =>
  send(host, port, "/v1/forward/stripe" + path, ...rest);

const stripe = new Stripe("sk_test_simulated", {
  host: "localhost",
  port: Number(process.env.GATEWAY_PORT),
  httpClient: client,
  maxNetworkRetries: 0,
  telemetry: false,
});

stripe.paymentMethods
  .create({
    type: "card",
    card: { number: process.argv[2], exp_month: 12, exp_year: 2031 },
  })
  .then((method) => ({ id: method.id, number: method.card.number, last4: method.card.last4 }))
  .catch((error) => {
    if (!error.code) throw error;
    return { error: error.code, message: error.message };
  })
  .then((answer) => console.log(JSON.stringify(answer)));

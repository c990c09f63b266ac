// Pay with Adyen's own library: its base URL is the route's, its agent has our certificate.
const fs = require("fs");
const { Client, CheckoutAPI, EnvironmentEnum } = require("@adyen/api-library");

const client = new Client({ apiKey: "simulated", environment: EnvironmentEnum.TEST });
client.httpClient.agentOptions = {
  ca: fs.readFileSync(process.env.GATEWAY_CA),
  cert: fs.readFileSync(process.env.GATEWAY_CERT),
  key: fs.readFileSync(process.env.GATEWAY_KEY),
};

const { PaymentsApi } = new CheckoutAPI(client);
PaymentsApi.baseUrl = `https://localhost:${process.env.GATEWAY_PORT}/v1/forward/adyen/v71`;

PaymentsApi.payments(
  {
    merchantAccount: "Simulated",
    reference: "order-1",
    amount: { currency: "EUR", value: 1000 },
    returnUrl: "https://shop.example/",
    paymentMethod: {
      type: "scheme",
      number: process.argv[2],
      expiryMonth: "12",
      expiryYear: "2031",
    },
  },
  { idempotencyKey: "adyen-1" },
).then((answer) =>
  console.log(
    JSON.stringify({ resultCode: answer.resultCode, number: answer.additionalData.n }),
  ),
);

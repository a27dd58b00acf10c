// Ours, in a file of its own because the page's policy allows no script inside the page.
window.addEventListener("load", () => {
  SwaggerUIBundle({
    url: "openapi.json",
    dom_id: "#swagger-ui",
    deepLinking: true,
    // The validator is a service on the internet; this page asks only the service that it came from.
    validatorUrl: null,
  });
});

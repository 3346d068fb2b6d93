/* Passkeys: a form with data-passkey asks the browser for one, puts its answer into the field "answer", and is sent. */
(() => {
  "use strict";
  const WORDS = {
    NotAllowedError: "Nothing was chosen, or it took too long. Try again.",
    InvalidStateError: "This device has a passkey of yours already.",
    SecurityError: "Passkeys don't work at this address. Open the site by the name that its operator gave it.",
    NotSupportedError: "This device can't make passkeys of a kind that is known here.",
  };
  const FAILED = "That did not work. Try again, or use another way.";

  const octets = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  /* The API's own JSON forms, or what they do, for browsers that have none yet. */
  const credentials = (list) => list?.map((each) => ({ ...each, id: octets(each.id) }));
  const parsed = {
    create: (options) => PublicKeyCredential.parseCreationOptionsFromJSON?.(options) ?? {
      ...options,
      challenge: octets(options.challenge),
      user: { ...options.user, id: octets(options.user.id) },
      excludeCredentials: credentials(options.excludeCredentials),
    },
    get: (options) => PublicKeyCredential.parseRequestOptionsFromJSON?.(options) ?? {
      ...options,
      challenge: octets(options.challenge),
      allowCredentials: credentials(options.allowCredentials),
    },
  };
  const written = (credential) => {
    if (credential.toJSON) return credential.toJSON();
    const { response } = credential;
    const fields = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
    const given = fields.filter((name) => response[name]).map((name) => [name, text(response[name])]);
    return {
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment,
      clientExtensionResults: {},
      response: { ...Object.fromEntries(given), transports: response.getTransports?.() },
    };
  };

  const optionsFor = async (form) => {
    const token = form.elements.csrf_token.value;
    const answer = await fetch(form.dataset.options, { method: "POST", headers: { "X-CSRFToken": token } });
    if (answer.ok && !answer.redirected) return answer.json();
    throw new Error(answer.redirected || answer.status === 400
      ? "This page has expired. Reload it, and try again."
      : (answer.status === 429 ? "Too many tries. Wait a while." : FAILED));
  };
  const ask = async (form) => {
    const kind = form.dataset.passkey;
    const publicKey = parsed[kind](await optionsFor(form));
    form.elements.answer.value = JSON.stringify(written(await navigator.credentials[kind]({ publicKey })));
    form.submit();
  };
  const tell = (form, words) => {
    const place = form.querySelector("[data-passkey-error]");
    place.hidden = !words;
    place.textContent = words;
  };

  for (const form of document.querySelectorAll("[data-passkey]")) {
    if (!window.PublicKeyCredential) {
      const excuse = document.getElementById(form.dataset.excuse);
      if (excuse) excuse.hidden = false;
      continue;
    }
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = form.querySelector("button");
      button.disabled = true;
      tell(form, "");
      try {
        await ask(form);
      } catch (error) {
        tell(form, WORDS[error.name] || (error.name === "Error" ? error.message : FAILED));
      }
      button.disabled = false;
    });
  }
})();

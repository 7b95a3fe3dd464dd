// Signing in at the OpenID provider of the npm package `oidc-provider`, as a browser would, with its development pages.
// Needs COLOPHON_PROGRAM.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync, openSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import Provider from "oidc-provider";

const work = mkdtempSync(join(tmpdir(), "oidc-"));
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
let http, studio;
after(() => {
    studio?.kill();
    http?.close();
    http?.closeAllConnections();
    rmSync(work, { recursive: true, force: true });
});

/** A free port of loopback. */
async function freePort() {
    const probe = createServer().listen(0, "127.0.0.1");
    await new Promise((up) => probe.once("listening", up));
    const { port } = probe.address();
    await new Promise((down) => probe.close(down));
    return port;
}

/** A browser without pages: keeps cookies, follows redirections by hand. */
class Browser {
    jar = new Map();

    async ask(url, options = {}) {
        const { host } = new URL(url);
        const cookies = [...(this.jar.get(host) ?? new Map())].map(([k, v]) => `${k}=${v}`).join("; ");
        const headers = { ...options.headers, ...(cookies && { cookie: cookies }) };
        const answer = await fetch(url, { ...options, headers, redirect: "manual" });
        for (const line of answer.headers.getSetCookie()) {
            const [pair] = line.split(";");
            const at = pair.indexOf("=");
            if (!this.jar.has(host)) this.jar.set(host, new Map());
            this.jar.get(host).set(pair.slice(0, at), pair.slice(at + 1));
        }
        return answer;
    }

    /** Follows redirections to the first page. */
    async follow(url, options) {
        let answer = await this.ask(url, options);
        for (let steps = 0; steps < 12 && answer.status >= 300 && answer.status < 400; steps += 1) {
            url = new URL(answer.headers.get("location"), url).href;
            answer = await this.ask(url);
        }
        return { url, status: answer.status, text: await answer.text() };
    }

    /** Sends the form of a page of the provider. */
    async send(page, fields) {
        const action = page.text.match(/<form[^>]*action="([^"]+)"/)?.[1];
        assert.ok(action, `no form on ${page.url}: ${page.text.slice(0, 500)}`);
        const hidden = [...page.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
        const body = new URLSearchParams([...hidden.map(([, k, v]) => [k, v]), ...Object.entries(fields)]);
        return this.follow(new URL(action, page.url).href, { method: "POST", body });
    }
}

/** Signs in as someone; gives where that ended, and the session. */
async function signIn(base, login) {
    const browser = new Browser();
    let page = await browser.follow(`${base}/v1/session/oidc`);
    page = await browser.send(page, { login, password: "any" });
    if (page.url.includes("/interaction/")) page = await browser.send(page, {});
    const session = await (await browser.ask(`${base}/v1/session`)).json();
    return { page, session };
}

test("whoever the provider knows comes in with the role of their groups", async () => {
    const [idPort, port] = [await freePort(), await freePort()];
    const issuer = `http://127.0.0.1:${idPort}`;
    const base = `http://127.0.0.1:${port}`;
    const groups = { ann: ["studio-admins"], bob: ["editors"], eve: ["visitors"] };
    const provider = new Provider(issuer, {
        clients: [{
            client_id: "colophon",
            client_secret: "a secret",
            redirect_uris: [`${base}/v1/session/oidc/callback`],
            token_endpoint_auth_method: "client_secret_post",
        }],
        conformIdTokenClaims: false,
        claims: { openid: ["sub"], profile: ["name", "preferred_username", "groups"], email: ["email"] },
        findAccount: (_, sub) => ({
            accountId: sub,
            claims: () => ({ sub, name: sub, preferred_username: sub, email: `${sub}@example.org`, groups: groups[sub] }),
        }),
    });
    http = provider.listen(idPort, "127.0.0.1");
    writeFileSync(join(work, "colophon.toml"), `[oidc]
issuer = "${issuer}"
client_id = "colophon"
redirect = "${base}/v1/session/oidc/callback"
name = "press"
[oidc.roles]
admin = ["studio-admins"]
creator = ["editors"]
`);
    const log = join(work, "log");
    studio = spawn(process.env.COLOPHON_PROGRAM,
        ["--config", join(work, "colophon.toml"), "serve", "--listen", `127.0.0.1:${port}`, "--jobs", "0"],
        { stdio: ["ignore", "ignore", openSync(log, "w")],
          env: { ...process.env, COLOPHON_HOME: join(work, "home"), COLOPHON_OIDC_CLIENT_SECRET: "a secret" } });
    for (let tries = 0; !readFileSync(log, "utf8").includes("listening on"); tries += 1) {
        assert.ok(tries < 600 && studio.exitCode === null, readFileSync(log, "utf8"));
        await pause(100);
    }
    const ann = await signIn(base, "ann");
    assert.equal(ann.page.status, 200, ann.page.text.slice(0, 300));
    assert.equal(ann.session.name, "ann@press", JSON.stringify(ann.session));
    assert.equal(ann.session.role, "admin", JSON.stringify(ann.session));
    const bob = await signIn(base, "bob");
    assert.equal(bob.session.role, "creator", JSON.stringify(bob.session));
    // No role fits her: she is turned away.
    const eve = await signIn(base, "eve");
    assert.equal(eve.session.signed_in, false, JSON.stringify(eve.session));
});

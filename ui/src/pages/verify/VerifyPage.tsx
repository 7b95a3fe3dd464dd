import { signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, type Verdict } from "../../api";
import { Button } from "../../components/Button";
import { Credentials, VerdictHead } from "../../components/Credentials";
import { FileDrop } from "../../components/FileDrop";
import { Icon } from "../../components/Icon";
import { PageHead, Skeleton } from "../../components/parts";
import { said, t } from "../../i18n";
import { inside } from "../../state/session";
import { sentence } from "../../state/toasts";

const address = signal("");

interface Checked {
  name: string;
  /** A picture of the file, where the browser can show one. */
  preview: string | null;
  verdict: Verdict;
}

export default function VerifyPage() {
  const w = t().verify;
  const busy = useSignal(false);
  const problem = useSignal<string | null>(null);
  const checked = useSignal<Checked | null>(null);
  const check = async (name: string, preview: string | null, ask: Promise<Verdict>) => {
    busy.value = true;
    problem.value = null;
    checked.value = null;
    try {
      checked.value = { name, preview, verdict: await ask };
    } catch (error) {
      problem.value = sentence(error);
    } finally {
      busy.value = false;
    }
  };
  const files = ([file]: File[]) => {
    if (!file) return;
    const preview = file.type.startsWith("image/") ? URL.createObjectURL(file) : null;
    void check(file.name, preview, api.verifyFile(file, file.name));
  };
  const now = checked.value;
  useEffect(() => {
    const url = now?.preview;
    return url ? () => URL.revokeObjectURL(url) : undefined;
  }, [now]);
  return (
    <>
      <PageHead title={w.title} lead={w.lead} />
      {now ? (
        <Result checked={now} onAgain={() => (checked.value = null)} />
      ) : (
        <div class="verify">
          <div class="verify-ask">
            <FileDrop label={w.drop} big busy={busy.value} onFiles={files} />
            <form
              class="verify-address"
              onSubmit={(e) => {
                e.preventDefault();
                const url = address.value.trim();
                if (url !== "" && !busy.value) void check(url, null, api.verifyUrl(url));
              }}
            >
              <label for="address" class="field-label">
                {w.address}
              </label>
              <div class="row">
                <input
                  id="address"
                  class="input"
                  type="url"
                  placeholder={w.addressPlaceholder}
                  value={address.value}
                  onInput={(e) => (address.value = e.currentTarget.value)}
                />
                <Button type="submit" kind="primary" icon="verify" busy={busy.value}>
                  {w.action}
                </Button>
              </div>
            </form>
            <div aria-live="polite">
              {busy.value ? (
                <>
                  <p class="field-hint">{w.checking}</p>
                  <Skeleton count={3} />
                </>
              ) : null}
            </div>
            {problem.value ? (
              <p class="job-error" role="alert">
                <Icon name="warning" />
                <span>{problem.value}</span>
              </p>
            ) : null}
          </div>
          <ul class="verify-facts">
            {w.facts.map((fact) => (
              <li key={fact}>{fact}</li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

function Result({ checked, onAgain }: { checked: Checked; onAgain: () => void }) {
  const w = t().verify;
  const { verdict } = checked;
  return (
    <div class="verify-result">
      <div class="verify-file">
        {checked.preview ? <img src={checked.preview} alt={checked.name} /> : null}
        <p class="chosen-name">{checked.name}</p>
        <Button icon="replay" onClick={onAgain}>
          {w.another}
        </Button>
      </div>
      <div class="verify-words">
        <VerdictHead verdict={verdict} />
        {verdict.reasons && verdict.reasons.length > 0 ? (
          <section class="panel" aria-label={w.reasons}>
            <h2>{w.reasons}</h2>
            <ul class="reasons">
              {verdict.reasons.map((reason) => (
                <li key={reason}>{said(reason)}</li>
              ))}
            </ul>
          </section>
        ) : null}
        <section class="panel" aria-label={w.details}>
          <h2>{w.details}</h2>
          <Credentials verdict={verdict} link={inside.value} />
        </section>
      </div>
    </div>
  );
}

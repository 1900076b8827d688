import type { JSX } from 'preact'
import { isCutting } from './rings.ts'
import { count } from '../format/number.ts'
import { snapshot } from '../state/live.ts'

/** Every cap of mtaio, how far it is used, and what it cut. */
export function SelfPanel(): JSX.Element | null {
  const self = snapshot.value?.self
  if (self === undefined) return null
  const limits = Object.entries(self.limits).toSorted(([, a], [, b]) => b.cut - a.cut)
  const cutting = limits.filter(([name, limit]) => isCutting(name, limit)).length
  return (
    <details class="card fold" id="self">
      <summary>
        <h2>Limits of mtaio</h2>
        <small>
          {cutting === 0 ? (
            'no figure is cut'
          ) : (
            <span class="warn">
              {cutting} of {limits.length} cut
            </span>
          )}
          {self.failures > 0 && ` · ${count(self.failures)} failures caught`}
          {self.refusedValues > 0 && ` · ${count(self.refusedValues)} values refused`}
        </small>
      </summary>
      <p class="soft">
        Lists of requests, traces and alerts are meant to cut: the oldest gives way. Where another
        limit cuts, figures are counted as (other) or are not kept; raise it with the option limits.
      </p>
      <table class="table limits">
        <thead>
          <tr>
            <th scope="col">Limit</th>
            <th scope="col">at most</th>
            <th scope="col">used</th>
            <th scope="col">cut</th>
          </tr>
        </thead>
        <tbody>
          {limits.map(([name, { limit, used, cut }]) => (
            <tr key={name}>
              <th scope="row">
                <code>{name}</code>
              </th>
              <td>{count(limit)}</td>
              <td>{count(used)}</td>
              <td>
                {isCutting(name, { limit, used, cut }) ? (
                  <b class="warn">{count(cut)}</b>
                ) : (
                  <span class={cut === 0 ? 'faint' : undefined}>{count(cut)}</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}

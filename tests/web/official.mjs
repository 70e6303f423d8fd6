// Judges answers and calls by the official lexicons, and walks a feed to its end as any app would.
import { readFileSync } from 'node:fs'
import { AtpAgent, lexicons } from '@atproto/api'
import { jsonToLex } from '@atproto/lexicon'

const asked = JSON.parse(readFileSync(0))
const wrong = []

const holds = (what, check) => {
  try {
    check()
  } catch (error) {
    wrong.push(`${what}: ${error.message}`)
  }
}

for (const { nsid, body } of asked.answers ?? []) {
  holds(nsid, () => lexicons.assertValidXrpcOutput(nsid, jsonToLex(body)))
}
for (const { method, given } of asked.calls ?? []) {
  if (given === null) continue
  const kind = lexicons.getDefOrThrow(method).type
  holds(method, () =>
    kind === 'query' ? lexicons.assertValidXrpcParams(method, given) : lexicons.assertValidXrpcInput(method, jsonToLex(given)))
  if (given.record) holds(`record of ${method}`, () => lexicons.assertValidRecord(given.collection, jsonToLex(given.record)))
}

const walked = []
if (asked.walk) {
  const agent = new AtpAgent({ service: asked.walk.service })
  const described = await agent.app.bsky.feed.describeFeedGenerator()
  holds('describeFeedGenerator', () => {
    if (!described.data.feeds.some((feed) => feed.uri === asked.walk.feed)) throw new Error('the feed is not described')
  })
  let cursor
  do {
    const page = await agent.app.bsky.feed.getFeedSkeleton({ feed: asked.walk.feed, limit: asked.walk.limit, cursor })
    holds('getFeedSkeleton', () => lexicons.assertValidXrpcOutput('app.bsky.feed.getFeedSkeleton', page.data))
    walked.push(...page.data.feed.map((item) => item.post))
    cursor = page.data.cursor
  } while (cursor)
  try {
    await agent.app.bsky.feed.getFeedSkeleton({ feed: asked.walk.feed.replace(/[^/]+$/, 'none') })
    wrong.push('a feed that is not there is answered')
  } catch (error) {
    if (error.error !== 'UnknownFeed') wrong.push(`a feed that is not there is ${error.error}`)
  }
}
console.log(JSON.stringify({ wrong, walked }))

// Runs one of the demo's apps, built, in a process of its own and says its port to the parent.
import './server-times.mjs'

const [framework] = process.argv.slice(2)
const module = await import(`../../examples/demo/dist/apps/${framework}.js`)
const app = await module[`${framework}App`]()
process.send({ port: await app.listen(0) })
process.once('disconnect', async () => {
  await app.close()
})

import { ROWS } from './rows.mjs'; import { Subject } from './subject.mjs'; import { ours, peer, floor } from './workers.mjs';
import { Lab } from '../e2e/lab.mjs'; import { Server } from '../e2e/server.mjs'; import { ORIGIN, limits, objects } from '../e2e/app.mjs';
import { randomBytes } from 'node:crypto'; import { mkdtemp } from 'node:fs/promises'; import http from 'node:http'; import { Miniflare } from 'miniflare'; import WebSocket from 'ws'; import { processorTime, runtimes } from './processor.mjs';
const [,, text, folder, n='3000', depth='60'] = process.argv; const log=console.log; console.log=()=>{};
const s = new Subject(); s.name='x'; s.storage = await mkdtemp('/dev/shm/bench-'); s.lab=new Lab(); s.server=new Server(); s.lab.host('as.example',(x)=>s.server.answer(x));
for (let i=0;i<200;i++){const h=new Server(`https://r${i}.example`); s.lab.host(`r${i}.example`,h.answer);}
const PORT = 19229 + Math.floor(Math.random()*500);
s.miniflare = new Miniflare({...objects(s.storage), inspectorPort: PORT, ratelimits: limits(1e6,1e6), modules: folder==='peer'?await peer():folder==='floor'?await floor():await ours(folder+'/'), bindings:{ORIGIN, MASTER_KEYS: JSON.stringify({active:'k1',keys:{k1:randomBytes(32).toString('base64')}})}, outboundService: await s.lab.open()});
const o=runtimes(); s.url=await s.miniflare.ready; s.pid=runtimes()[0]; s.sockets=new http.Agent({keepAlive:true,maxSockets:16});
const row = ROWS.find(r=>r.name.includes(text));
await s.measure(row, Math.min(row.warm,800), 1);
const list = await (await fetch(`http://127.0.0.1:${PORT}/json`)).json();
const ws = new WebSocket(list[0].webSocketDebuggerUrl, {headers:{}}); await new Promise((r,j)=>{ws.on('open',r);ws.on('error',j)});
let id=0; const wait=new Map(); ws.on('message',(m)=>{const d=JSON.parse(m); if(d.id&&wait.has(d.id)){wait.get(d.id)(d);wait.delete(d.id)}});
const call=(method,params={})=>new Promise(r=>{const i=++id;wait.set(i,r);ws.send(JSON.stringify({id:i,method,params}))});
await call('Profiler.enable'); await call('Profiler.setSamplingInterval',{interval:100});

let profile, processor;
if (row.prepare) { const prepared=[]; for(let i=0;i<+n;i++) prepared.push(await row.prepare(s)); await new Promise(r=>setTimeout(r,+(process.env.REST??500))); const u=processorTime(s.pid); await call('Profiler.start'); for(const p of prepared) await s.ask(row,p); ({result:{profile}}=await call('Profiler.stop')); processor=(processorTime(s.pid)-u)/n/1000; }
else { await call('Profiler.start'); ({processor} = await s.measure(row,+n,1)); ({result:{profile}} = await call('Profiler.stop')); }

const self=new Map(), total=new Map(); const byId=new Map(profile.nodes.map(x=>[x.id,x])); const parent=new Map(); for(const x of profile.nodes) for(const c of x.children??[]) parent.set(c,x.id);
const dt=profile.timeDeltas; let sum=0; const nameOf=x=>{const f=x.callFrame; return (f.functionName||'(anon)').replace(/::h[0-9a-f]{16}$/,'')+(f.url.includes('wasm')?' [w]':f.lineNumber>=0?` [js:${f.lineNumber}]`:'')};
let idle=0;
profile.samples.forEach((sid,i)=>{const x=byId.get(sid); const nm=nameOf(x); const t=dt[i]; if(nm.startsWith('(idle)')||nm.startsWith('(program)')){idle+=t; if(nm.startsWith('(idle)'))return;} sum+=t; self.set(nm,(self.get(nm)??0)+t); const seen=new Set(); for(let p=sid;p!==undefined;p=parent.get(p)){const q=nameOf(byId.get(p)); if(!seen.has(q)){seen.add(q); total.set(q,(total.get(q)??0)+t);}}});
const per=t=>(t/+n).toFixed(1).padStart(7);
log(`processor ${processor.toFixed(0)} µs; profile busy ${per(sum)} µs/request`);
log('SELF'); for(const [k,v] of [...self].sort((a,b)=>b[1]-a[1]).slice(0,+depth)) log(per(v),k.slice(0,130));
log('TOTAL'); for(const [k,v] of [...total].sort((a,b)=>b[1]-a[1]).slice(0,+depth)) log(per(v),k.slice(0,130));
const subs=(process.env.SUBS??'').split(',').filter(Boolean);
for(const q of subs){const m=new Map();let tot=0; profile.samples.forEach((sid,i)=>{let hit=false; for(let p=sid;p!==undefined;p=parent.get(p)) if(nameOf(byId.get(p)).includes(q)){hit=true;break;} if(!hit)return; const nm=nameOf(byId.get(sid)); tot+=dt[i]; m.set(nm,(m.get(nm)??0)+dt[i]);}); log('SUB',q,per(tot)); for(const [k,v] of [...m].sort((a,b)=>b[1]-a[1]).slice(0,+(process.env.N??30))) log(per(v),k.slice(0,150));}
const cr=new Map(); for(const [k,v] of self) if(k.endsWith('[w]')){ const m=k.match(/([a-z_0-9]+)\[[0-9a-f]{16}\]/); const c=m?m[1]:'?'; cr.set(c,(cr.get(c)??0)+v);} log('CRATES',[...cr].sort((a,b)=>b[1]-a[1]).slice(0,25).map(([k,v])=>k+' '+(v/+n).toFixed(0)).join(', '));
let g={w:0,js:0,native:0}; for(const [k,v] of self) g[k.endsWith('[w]')?'w':k.includes('[js:')?'js':'native']+=v; log('GROUPS wasm',per(g.w),'js',per(g.js),'native',per(g.native));
process.exit(0);

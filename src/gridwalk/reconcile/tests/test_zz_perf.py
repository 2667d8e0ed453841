from __future__ import annotations
import time, sys, pytest
from gridwalk.core import ids, records, bulk
from gridwalk.core.models import StoredFile, Change
from gridwalk.registry.actions import creation
from gridwalk.registry.models import *
from gridwalk.reconcile.models import *
from gridwalk.reconcile.queries import backfill
from gridwalk.registry.tests.street import *
import datetime as dt

@pytest.mark.django_db
def test_perf(at):
    street = Street.lay_out(at)
    N=10000
    new=[creation.New(GRID if i%2 else NEXT_GRID, {"name": f"张{i}", "phone": phone(i)}, "ledger","x") for i in range(N)]
    d = [street.door(str(100+i)) for i in range(3)]
    with street.writing() as w:
        creation.register(w,"person",new)
        creation.link(w,[creation.NewResidence(n.id,d[i%3].id,n.grid,"lives_here","office") for i,n in enumerate(new)])
    later = at+dt.timedelta(days=1)
    f=StoredFile.objects.create(name="x",purpose="x",size=1,sha256="",created_at=at,expires_at=at)
    c=Comparison.objects.create(scope=FIRST,kind="person",source="ledger",file=f,name="x",actor_name="x",created_at=at,state="done",mapping={"left":{"sheets":[{"name":"S","columns":[{"header":"姓名","field":"name"},{"header":"电话","field":"phone"}]}]}},finished_at=at)
    rows=[]
    for i,n in enumerate(new):
        key=ids.new_id()
        rows.append(SideRow(id=key,of=c,source="ledger",grid=n.grid,kind="person",entity=n.id,sheet="S",row_no=i,at=later,differs=i%20==0,values=records.seal_record("person",{"name":f"张{i}","phone":phone(i if i%20 else i+1)},table="reconcile_siderow",column="values",row=key)))
    bulk.insert(rows)
    bulk.refresh_statistics(SideRow, Person, Residence, Difference, Change)
    for _ in range(2):
        t=time.time(); it=backfill.items(lead(),source="ledger",kind="person",scope=FIRST); print("items",len(it),time.time()-t,file=sys.stderr)
    t=time.time(); r=backfill._rows(lead(),source="ledger",kind="person",scope=FIRST); print("rows",len(r),time.time()-t,file=sys.stderr)

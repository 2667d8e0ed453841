"""Addresses down to the room: the ways offices write them, the one way we do, and what we refuse to guess."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwalk.method import address_writing, addresses

ONE_DOOR = [
    "林古里5号楼2单元301",
    "林古里 5号楼 2单元 301",
    "林古里5-2-301",
    "林古里5－2－301室",
    "林古里5/2/301",
    "林古里 5 2 301",
    "林古里5一2一301",
    "林古里５幢二单元３０１号",
    "林古里五号楼2门301",
    "林古里5栋2门301室（租户）",
    "林古里5座2单元301",
    "林古里5#2-301",
    "林古里5#楼2单元3层301",
    "林古里5#-2-301",
    "林古里5楼2门301",
    "林古里5号2门301",
    "林古里05号楼02单元0301",
    "林古里5号楼2单元3楼01号",
    "林古里(5号楼)2单元301",
    "林古里5号楼2单元三〇一室",
    "林古里第5幢第2单元3o1",
    "林古里5号楼2单元301室2人",
    "林古里5号楼2单元301 户主王",
    "林古里5号楼2单元301户",
    "林古里5-2-3-301",
    "天津市河北区光复道街道林古里5号楼2单元301",
    "天津市河北区林古里5号楼2单元301",
    "天津河北区光复道街林古里5号楼2单元301",
    "河北区林古里社区林古里5号楼2单元301",
    "河北区建国道林古里5号楼2单元301",
    "天津市河北区天津市河北区建国道92号林古里5号楼2单元301",
]

# written → estate | building | stairwell | room
DOORS = {
    # a building without stairwells, a stairwell without a building
    "林古里5-301": "林古里|5||301",
    "林古里5号楼301": "林古里|5||301",
    "林古里2门301": "林古里||2|301",
    "昆明路公寓2单元301": "昆明路公寓||2|301",
    # letters, stems and sides for numbers
    "君临天下A座1203": "君临天下|A||1203",
    "君临天下A座12层03室": "君临天下|A||1203",
    "君临天下A1203": "君临天下|A||1203",
    "君临天下a-1203": "君临天下|A||1203",
    "君临天下1号楼A座1203": "君临天下|1|A|1203",
    "君临天下T2-1801": "君临天下|T2||1801",
    "君临天下13B1203": "君临天下|13B||1203",
    "君临天下甲3号楼1单元402": "君临天下|甲3|1|402",
    "君临天下3号楼甲单元402": "君临天下|3|甲|402",
    "林古里5号楼东单元301": "林古里|5|东|301",
    "林古里5-东-301": "林古里|5|东|301",
    # names that hold numbers, units or area words
    "阳光100国际新城5号楼2单元301": "阳光100国际新城|5|2|301",
    "阳光100 5号楼2单元301": "阳光100|5|2|301",
    "一号公馆5号楼301": "一号公馆|5||301",
    "望海楼小区东区5号楼2单元301": "望海楼小区东区|5|2|301",
    "建昌里一区5号楼2单元301": "建昌里一区|5|2|301",
    "东区5号楼301": "东区|5||301",
    "第三中学家属院3号楼2单元301": "第三中学家属院|3|2|301",
    "铁路大院3号楼2门301": "铁路大院|3|2|301",
    "格林小镇3-2-301": "格林小镇|3|2|301",
    "万科城市花园12-2-1801": "万科城市花园|12|2|1801",
    "中山门二号路8号楼3门502": "中山门二号路|8|3|502",
    "十四经路5号楼2门301": "十四经路|5|2|301",
    "建国小区5号楼2单元301": "建国|5|2|301",
    "君临天下社区5号楼2单元301": "君临天下|5|2|301",
    "滨海新区塘沽街道林古里5号楼301": "林古里|5||301",
    # a road and number for a name
    "建国道92号君临天下5号楼2单元301": "君临天下|5|2|301",
    "建国道92号3号楼2单元301": "建国道92号|3|2|301",
    "建国道5号301室": "建国道|5||301",
    "建国道5号2门301": "建国道|5|2|301",
    "建国道12号": "建国道|12||",
    "建国道12号红旗便利店": "建国道|12||",
    "林古里5号": "林古里|5||",
    "存善胡同甲12号": "存善胡同|甲12||",
    "存善胡同12号增1号": "存善胡同|12增1||",
    "建国道十二号": "建国道|12||",
    # courtyards, lanes, rows, groups
    "顺德大院3号院1": "顺德大院|3院||1",
    "存善胡同12号院3号": "存善胡同|12院||3",
    "进步道4号院8号楼6-723": "进步道4号院|8|6|723",
    "望京西园4号院8号楼2单元301": "望京西园4号院|8|2|301",
    "中山路12弄5号301室": "中山路12弄|5||301",
    "王庄村三组12号": "王庄村|3组||12",
    "东村12排3号": "东村|12排||3",
    # shops, cellars, parts of a flat
    "林古里5号楼底商3号": "林古里|5||底商3",
    "林古里5号楼3号底商": "林古里|5||底商3",
    "林古里5号楼1层底商3": "林古里|5||底商3",
    "林古里5号楼地下室": "林古里|5||地下室",
    "林古里5号楼2单元负一层02": "林古里|5|2|B102",
    "林古里5-2-301-1": "林古里|5|2|301-1",
    "林古里5号楼2单元1203A": "林古里|5|2|1203A",
    # a storey or a building: 5楼
    "金汇大厦5楼501": "金汇大厦|||501",
    "林古里5楼301": "林古里|5||301",
    "林古里5号楼5楼501": "林古里|5||501",
    # no estate: a column of its own says it
    "5号楼2单元301": "|5|2|301",
    "5-2-301": "|5|2|301",
    "2-301": "|2||301",
}


KINDS = {
    "公产房建国道7号楼2门301": "建国道|7|2|301",
    "直管公房林古里5号楼2单元301": "林古里|5|2|301",
    "军产房幸福道8号院3号楼1单元202": "幸福道8号院|3|1|202",
    "企业产泰来里5-2-301": "泰来里|5|2|301",
    "公租房小区5号楼2门301": "公租房|5|2|301",
    "津塘公路二号桥利津路8号院2号楼3门401": "利津路8号院|2|3|401",
    "二号桥5号楼2门301": "二号桥|5|2|301",
    "亚泰大街与平治街交汇处锦绣家园C5栋1门302": "锦绣家园|C5|1|302",
    "胜利路解放路交叉口东北角林古里5-2-301": "林古里|5|2|301",
    "新安街临5号2单元301": "新安街|临5|2|301",
    "林古里5号楼-1层03": "林古里|5||B103",
    "林古里5号楼-3层-301": "林古里|5||301",
    # the area's code or the post's, and what kind of address it is
    "120105001002林古里5号楼2单元301": "林古里|5|2|301",
    "天津市河北区120105林古里5号楼2单元301": "林古里|5|2|301",
    "300143天津市河北区林古里5-2-301": "林古里|5|2|301",
    "现住址：林古里5号楼2单元301": "林古里|5|2|301",
    "租住在林古里5号楼2单元301": "林古里|5|2|301",
    "建国道门牌92号3门301": "建国道|92|3|301",
    # below ground
    "林古里5号楼B1层101": "林古里|5||B101",
    "林古里5号楼负二层205": "林古里|5||B205",
    "林古里5号楼-1层112": "林古里|5||B112",
    # a building in two halves, as in a column of its own
    "林古里21号楼(东)1门201": "林古里|21东|1|201",
    "林古里21号楼（西侧）1门201": "林古里|21西|1|201",
    "林古里21东楼1门201": "林古里|21东|1|201",
    # brackets that hold the door, or a part of it
    "建国道92号(3-2-301)": "建国道92号|3|2|301",
    "林古里(5)号楼(2)单元(301)室": "林古里|5|2|301",
    "红星村（一组）86号": "红星村|1组||86",
    "八马路15号四合院西房2号": "八马路|15院||西房2",
    "滨江国际18/F 1801室": "滨江国际|||1801",
    "林古里5号楼2单元3-01": "林古里|5|2|301",
    "林古里5号楼2单元30l": "林古里|5|2|301",
}
"""What a clerk may write before or between the parts, and names that look like it."""


@pytest.mark.parametrize(("written", "key"), KINDS.items())
def test_what_is_written_around_a_door_is_no_part_of_it(written: str, key: str) -> None:
    address = addresses.parse(written)
    assert (address_writing.key(address), address.fault) == (key, "")


@pytest.mark.parametrize("written", ONE_DOOR)
def test_one_door_has_one_key_however_it_is_written(written: str) -> None:
    address = addresses.parse(written)
    assert (address_writing.key(address), address.floor, address.fault) == ("林古里|5|2|301", 3, "")


@pytest.mark.parametrize(("written", "key"), DOORS.items())
def test_it_finds_the_parts_that_say_the_door(written: str, key: str) -> None:
    address = addresses.parse(written)
    assert (address_writing.key(address), address.fault) == (key, "")
    assert address_writing.key(addresses.parse(address_writing.display(address))) == key


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("", "empty"),
        ("不详", "empty"),
        ("本街道", "no_room"),
        ("户口空挂，无房", "no_room"),
        ("林古里5号楼", "no_room"),
        ("林古里5号楼2单元", "no_room"),
        ("阳光100", "unclear"),
        ("林古里301", "unclear"),
        ("Sheet1", "no_room"),
        ("林古里5号楼2单元3层", "no_room"),
        ("林古里5-2", "unclear"),
        ("林古里635-3", "unclear"),
        ("林古里17-7-11", "unclear"),
        ("林古里5栋11号-2租", "unclear"),
        ("林古里5号楼230100", "unclear"),
        ("林古里5-2-301 18", "unclear"),
        ("林古里2单元5号楼301", "unclear"),
        ("3号楼2单元301林古里", "unclear"),
        ("2单元301林古里5号楼", "unclear"),
        ("建国道139弄中央花园D6C", "unclear"),
        ("林古里5、6号楼2单元301", "unclear"),
        ("林古里5号和6号楼301", "unclear"),
        ("林古里3-A号楼2单元301", "unclear"),
        ("林古里5楼东3门301", "unclear"),
        ("滨江国际A座18F", "unclear"),
        ("林古里5号楼2单元301内1", "unclear"),
        ("林古里5号楼2单元301室隔2", "unclear"),
        ("建国道92号一楼商铺", "unclear"),
        ("胜利路92号（现建国道98号）", "unclear"),
        # from one door to another
        ("建国道22-24号", "unclear"),
        ("建国道22至24号", "unclear"),
        ("建国道22号至24号底商", "unclear"),
        ("林古里5号楼101-103号", "unclear"),
        ("林古里5号楼底商1-2", "unclear"),
        # a part of the flat or house, or what is above, below and behind it
        ("林古里5号楼2单元301楼上", "unclear"),
        ("建国西路365弄36号203室亭子间", "unclear"),
        ("建国西路365弄36号301后", "unclear"),
        ("永嘉新村12号底层", "unclear"),
        ("建国道22号后身", "unclear"),
        ("建国道22号院平房", "unclear"),
        ("红星村学校旁5号", "unclear"),
        # a building, or a floor?
        ("林古里5楼2号", "unclear"),
    ],
)
def test_it_asks_where_it_would_have_to_guess(written: str, fault: str) -> None:
    address = addresses.parse(written)
    assert (address.fault, address.room) == (fault, "")
    assert addresses.fault_text(address.fault)
    assert addresses.fault_text("") == ""


def test_what_stands_beside_the_door_is_kept_apart() -> None:
    assert addresses.parse("林古里5号楼2单元301（租户）电联").rest == "电联 租户"
    assert addresses.parse("建国道92号君临天下5号楼301") == addresses.Address(
        road="建国道", number="92", estate="君临天下", building="5", stairwell="", floor=3, room="301"
    )


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("5号楼", "5"),
        ("5幢", "5"),
        ("5栋", "5"),
        ("五号楼", "5"),
        ("5#", "5"),
        ("５＃楼", "5"),
        ("05", "5"),
        ("5号", "5"),
        ("5楼", "5"),
        ("五", "5"),
        ("A座", "A"),
        ("a", "A"),
        ("甲3号楼", "甲3"),
        ("7号院", "7院"),
        ("三组", "3组"),
        ("12排", "12排"),
        ("林古里5号楼", "林古里5"),
        ("主楼", "主楼"),
    ],
)
def test_a_buildings_column_has_one_key(written: str, key: str) -> None:
    assert addresses.building_key(written) == key == addresses.building_key(key)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("1单元", "1"),
        ("一单元", "1"),
        ("1门", "1"),
        ("01", "1"),
        ("1号门", "1"),
        ("一", "1"),
        ("东单元", "东"),
        ("B", "B"),
        ("", ""),
    ],
)
def test_a_stairwells_column_has_one_key(written: str, key: str) -> None:
    assert addresses.stairwell_key(written) == key == addresses.stairwell_key(key)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("301室", "301"),
        ("0301", "301"),
        ("301号", "301"),
        ("301户", "301"),
        ("３０１", "301"),
        ("三〇一", "301"),
        ("1", "1"),
        ("3号", "3"),
        ("1203a", "1203A"),
        ("301-1", "301-1"),
        ("底商3号", "底商3"),
        ("3号底商", "底商3"),
        ("地下室", "地下室"),
        ("B102", "B102"),
        ("2-301", "2-301"),
        ("", ""),
    ],
)
def test_a_rooms_column_has_one_key(written: str, key: str) -> None:
    assert addresses.room_key(written) == key == addresses.room_key(key)


@pytest.mark.parametrize(
    ("room", "floor"),
    [("301", 3), ("1203", 12), ("1203A", 12), ("301-1", 3), ("12", None), ("B102", None), ("底商3", None)],
)
def test_a_room_says_its_floor(room: str, floor: int | None) -> None:
    assert addresses.floor_of(room) == floor


estates = st.sampled_from(["林古里", "君临天下", "阳光壹佰", "建昌里一区", "望海楼小区东区", "铁路大院", "昆明路公寓"])
buildings = st.one_of(st.integers(1, 199).map(str), st.sampled_from(["A", "B2", "甲3", "7院", "3组", "12排"]))
stairwells = st.one_of(st.just(""), st.integers(1, 12).map(str), st.sampled_from(["A", "东"]))
rooms = st.one_of(
    st.builds(lambda floor, n: f"{floor}{n:02d}", st.integers(1, 34), st.integers(1, 12)),
    st.sampled_from(["1203A", "301-1", "底商3", "地下室"]),
)
doors = st.builds(
    lambda estate, building, stairwell, room: addresses.Address(
        road="",
        number="",
        estate=estate,
        building=building,
        stairwell=stairwell,
        floor=addresses.floor_of(room),
        room=room,
    ),
    estates,
    buildings,
    stairwells,
    rooms,
)


@given(doors)
def test_what_is_displayed_is_read_back(door: addresses.Address) -> None:
    assert addresses.parse(address_writing.display(door)) == door


@given(estates, st.integers(1, 199), st.integers(1, 9), st.integers(1, 34), st.integers(1, 12), st.data())
def test_any_mixture_of_units_says_the_same_door(
    estate: str, building: int, stairwell: int, floor: int, n: int, data: st.DataObject
) -> None:
    unit = data.draw(st.sampled_from(["号楼", "幢", "栋", "座", "#", "#楼", "-", " "]))
    entrance = data.draw(st.sampled_from(["单元", "门", "单元-", "-"]))
    end = data.draw(st.sampled_from(["", "室", "号", "户", "（租户）"]))
    area = data.draw(st.sampled_from(["", "天津市河北区", "河北区光复道街道", "天津市河北区建国道社区"]))
    written = f"{area}{estate}{building}{unit}{stairwell}{entrance}{floor}{n:02d}{end}"
    assert address_writing.key(addresses.parse(written)) == f"{estate}|{building}|{stairwell}|{floor}{n:02d}"


@given(st.text(st.sampled_from("林古里建国道号楼单元门室栋院#-/ 0123456789AB甲东三十（）底商层"), max_size=24))
def test_any_text_is_read_without_failing_and_keeps_its_key_when_displayed(raw: str) -> None:
    address = addresses.parse(raw)
    assert address_writing.display(address) is not None
    assert not address.fault or addresses.fault_text(address.fault)
    for function in (addresses.building_key, addresses.stairwell_key, addresses.room_key, addresses.estate_key):
        function(raw)


@given(
    st.text(st.sampled_from("林古里建国道天津市河北区光复道街道社区小区大厦院号组东三门楼底商第"), max_size=12),
    st.integers(1, 199),
    st.integers(1, 20),
    st.integers(101, 3512),
)
def test_the_short_cut_for_common_writings_reads_what_the_long_way_reads(
    name: str, building: int, stairwell: int, room: int
) -> None:
    short = addresses.parse(f"{name}{building}号楼{stairwell}单元{room}")
    assert short == addresses.parse(f"{name}{building}号楼 {stairwell}单元 {room}")


def test_walking_goes_by_number_not_by_digit() -> None:
    walk = [
        ("林古里", "2", "1", "301"),
        ("林古里", "10", "1", "101"),
        ("林古里", "2", "1", "1203"),
        ("林古里", "2", "10", "101"),
        ("林古里", "2", "2", "101"),
    ]
    assert [door[1:] for door in sorted(walk, key=lambda door: address_writing.walking_order(*door))] == [
        ("2", "1", "301"),
        ("2", "1", "1203"),
        ("2", "2", "101"),
        ("2", "10", "101"),
        ("10", "1", "101"),
    ]

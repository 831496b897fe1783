"""The compiler on texts of this project's own words: layouts, sections, preferences and rules."""

import json

import pytest

from rubrics.codec import RubricDocumentError, digest, dump_compilation, dump_rubric, dump_text, load_rubric
from rubrics.codec.rules import dump_rule, load_rule
from rubrics.compiler import compile_document
from rubrics.lexicon import load_lexicon
from rubrics.model import Category, Level, SkillAsk

LEXICON = load_lexicon()


def compiled(text):
    return compile_document(text, LEXICON, name="test").postings


def one(text):
    (rubric,) = compiled(text)
    return rubric


def asked(line, heading="任职要求"):
    """Give the criteria of one line under a heading: (first letter of the id, category, rule as JSON)."""
    rubric = one(f"算法工程师\n工作职责\n负责研发\n{heading}\n{line}\n")
    return [(c.id[0], c.category.value, dump_rule(c.rule)) for c in rubric.criteria]


def skill(term, level="familiar"):
    return {"term": term, "level": level}


def sections(rubric):
    found = {}
    for criterion in rubric.criteria:
        for line in range(criterion.lines.first, criterion.lines.last + 1):
            found.setdefault(line, set()).add("b" if criterion.section == "bonus" else "r")
    return {line: "".join(sorted(marks)) for line, marks in sorted(found.items())}


# --- rules ---


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "熟悉C++ 或者 Python",
            [("r", "programming_language", {"any_of": [skill("cpp"), skill("python")], "open": False})],
        ),
        (
            "熟练使用 C/C++、Python 中的至少一种",
            [
                (
                    "r",
                    "programming_language",
                    {
                        "any_of": [skill("c", "proficient"), skill("cpp", "proficient"), skill("python", "proficient")],
                        "open": False,
                    },
                )
            ],
        ),
        (
            "掌握PyTorch，TensorFlow等",
            [
                (
                    "r",
                    "tool",
                    {"any_of": [skill("pytorch", "proficient"), skill("tensorflow", "proficient")], "open": True},
                )
            ],
        ),
        ("精通Java", [("r", "programming_language", skill("java", "expert"))]),
        (
            "了解机器学习和深度学习",
            [("r", "knowledge", {"all_of": [skill("machine_learning", "basic"), skill("deep_learning", "basic")]})],
        ),
        (
            "至少掌握以下其中两项：Spark、Flink、Kafka",
            [
                (
                    "r",
                    "tool",
                    {
                        "at_least": 2,
                        "of": [
                            skill("spark", "proficient"),
                            skill("flink", "proficient"),
                            skill("kafka", "proficient"),
                        ],
                    },
                )
            ],
        ),
        ("硕士及以上学历，博士优先", [("k", "degree", {"degree": "master"}), ("b", "degree", {"degree": "doctorate"})]),
        ("本科及以上学历", [("k", "degree", {"degree": "bachelor"})]),
        ("计算机、数学等相关专业", [("r", "field_of_study", {"fields": ["field_cs", "field_math"], "related": True})]),
        (
            "每周到岗4天以上，实习期不少于6个月",
            [("k", "availability", {"within_days": None, "months": 6, "days_per_week": 4, "on_site": None})],
        ),
        (
            "3年以上Java开发经验",
            [
                ("r", "experience", {"experience": {"kinds": [], "topics": ["java"], "months": 36, "lead": False}}),
                ("r", "programming_language", {"term": "java", "level": "familiar"}),
            ],
        ),
        (
            "英语六级",
            [("r", "natural_language", {"language": {"language": "en", "certificate": "CET-6", "score": None}})],
        ),
        ("GPA 3.5以上", [("r", "academic_standing", {"standing": {"grade": 3.5, "top_share": None}})]),
        ("有PMP证书者优先", [("b", "certification", {"certification": "pmp"})]),
        (
            "以第一作者在CCF A类会议发表过论文",
            [
                (
                    "r",
                    "publication",
                    {
                        "publication": {
                            "rank": "A",
                            "venues": [],
                            "venues_open": True,
                            "first_author": True,
                            "topics": [],
                            "writing_counts": False,
                        }
                    },
                )
            ],
        ),
        (
            "获得过ACM区域赛银牌以上奖项",
            [
                (
                    "r",
                    "competition",
                    {"contest": {"contests": ["icpc"], "kind": "code", "contests_open": True, "prize": "silver"}},
                )
            ],
        ),
        ("责任心强", [("r", "trait", {"trait": "trait_responsibility"})]),
        ("会吹口琴", [("r", "other", {"words": "会吹口琴"})]),
    ],
)
def test_a_line_becomes_rules(line, expected):
    assert asked(line) == expected


def test_cases_of_two_degrees_keep_their_ranks():
    ((_, category, rule),) = asked("研究生发表过第一作者CCF A类论文，或本科发表过第一作者CCF B类以上论文")
    assert category == "publication"
    assert [branch["all_of"][0]["degree"] for branch in rule["any_of"]] == ["master", "bachelor"]
    assert [branch["all_of"][1]["publication"]["rank"] for branch in rule["any_of"]] == ["A", "B"]


@pytest.mark.parametrize(
    ("line", "ids"),
    [
        ("熟悉Linux，熟练掌握常用命令，有自动化部署经验尤佳", "rrb"),
        ("本科以上学历，3年以上经验，有大厂经历者优先", "krb"),
        ("熟练使用至少一门编程语言（Python、C++优先）", "rb"),
        ("熟悉常见框架比如Deepspeed，Megatron等优先", "b"),
        ("有高质量项目经验优先，如开源项目；或有较大影响的代码", "b"),
        ("具备逆向分析能力（非必须）", "b"),
        ("任务优先级管理能力强", "r"),
    ],
)
def test_a_preference_binds_to_its_words(line, ids):
    assert "".join(letter for letter, _, _ in asked(line)) == "".join(sorted(ids, key="krb".index))


@pytest.mark.parametrize(
    ("line", "ids"),
    [
        ("Bachelor's degree required, Master's degree preferred", "kb"),
        ("Experience with genetics, biology or chemistry is a plus", "b"),
        ("Fluent English; German is a plus", "rb"),
        ("Database experience (SQL required, MongoDB preferred)", "rb"),
        ("A degree in maths, or a STEM background, is a plus", "b"),
    ],
)
def test_an_english_preference_binds_to_its_words(line, ids):
    rubric = one(f"Data Engineer\n\nResponsibilities\n- Build\n\nRequirements\n- {line}\n- Python\n")
    found = [c.id[0] for c in rubric.criteria if c.lines.first == 7]
    assert sorted(set(found), key="krb".index) == list(ids)


# --- layouts ---

CHINESE = """后端工程师
杭州市本科及以上
立即投递
岗位职责
1. 负责服务开发
岗位要求
1. 熟悉Go
加分项
1. 有开源贡献
"""

LAYOUTS = {
    "plain": CHINESE,
    "boxed": CHINESE.replace("岗位职责", "【岗位职责】").replace("岗位要求", "【岗位要求】："),
    "indented": CHINESE.replace("岗位要求", "    岗位要求："),
    "markdown": CHINESE.replace("岗位职责", "### 岗位职责")
    .replace("岗位要求", "### **岗位要求**")
    .replace("加分项", "### 加分项"),
    "escaped": CHINESE.replace("1. ", "1\\. "),
    "bulleted": CHINESE.replace("1. ", "\uf06c "),
    "full width": CHINESE.replace("1. ", "１．"),
    "radicals": CHINESE.replace("后端工程师", "后端⼯程师").replace("岗位要求", "岗位要求").replace("负责", "负责"),
    "carriage returns": CHINESE.replace("\n", "\r\n"),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_does_not_matter(name):
    rubric = one(LAYOUTS[name])
    assert sections(rubric) == {2: "r", 7: "r", 9: "b"}
    assert rubric.locations == ("杭州",)
    assert rubric.title is not None


def test_one_physical_line_holds_a_whole_posting():
    rubric = one("岗位职责：1、负责开发；2、参与设计；任职要求：1、本科及以上；2、精通Go语言；3、有经验者优先。")
    assert [criterion.id for criterion in rubric.criteria] == ["k1", "r1", "b1"]
    assert len(rubric.responsibilities) == 2


def test_a_table_gives_title_and_city():
    rubric = one("| 项 | 值 |\n|--|--|\n| 岗位名称 | 测试工程师 |\n| 工作城市 | 成都 |\n\n### 岗位要求\n- 熟悉Python\n")
    assert (rubric.title, rubric.locations) == ("测试工程师", ("成都",))


def test_a_table_may_hold_the_sections():
    rubric = one(
        "| 岗位名称 | 测试工程师 |\n| 岗位职责 | 1. 负责测试<br>2. 写用例 |\n| 任职要求 | 1. 熟悉SQL<br>2. 有经验优先 |\n"
    )
    assert [(criterion.id, criterion.text) for criterion in rubric.criteria] == [
        ("r1", "熟悉SQL"),
        ("b1", "有经验优先"),
    ]
    assert len(rubric.responsibilities) == 2


def test_running_english_headings_open_sections():
    rubric = one("Data Engineer\n\nResponsibilities: Build pipelines.\nRequirements: SQL and Python. Rust is a plus.\n")
    assert rubric.title == "Data Engineer"
    assert [criterion.id for criterion in rubric.criteria] == ["r1", "b1"]


@pytest.mark.parametrize(
    ("line", "title", "track"),
    [
        ("视觉算法实习生算法工程", "视觉算法实习生", "算法工程"),
        ("视觉研究员（感知方向）技术族-实习", "视觉研究员（感知方向）", "技术族-实习"),
        ("Java开发工程师 15-20K·13薪", "Java开发工程师", None),
        ("前端工程师（杭州）", "前端工程师（杭州）", None),
    ],
)
def test_title_and_track_come_apart(line, title, track):
    rubric = one(f"{line}\n上海市、深圳市硕士研究生及以上\n立即投递\n任职要求\n熟悉Python\n")
    assert (rubric.title, rubric.track) == (title, track)
    assert rubric.locations == ("上海", "深圳")


def test_many_postings_are_split_at_titles_and_at_headings():
    text = "前端工程师\n职责：\n- 负责页面\n要求：\n- 熟悉Vue\n\n后端工程师\n职责：\n- 负责接口\n要求：\n- 熟悉Java\n\n职责：\n- 负责数据\n要求：\n- 熟悉SQL\n"
    assert [(rubric.title, rubric.lines.first) for rubric in compiled(text)] == [
        ("前端工程师", 1),
        ("后端工程师", 7),
        (None, 13),
    ]


def test_a_posting_in_two_languages_is_one():
    text = "工程师\n岗位职责\n- 负责开发\n任职要求\n- 熟悉Python\n\nResponsibilities\n- Build things\nRequirements\n- Python\n"
    assert len(compiled(text)) == 1


def test_sections_end_where_benefits_begin():
    rubric = one("工程师\n任职要求：\n1. 熟悉SQL\n福利待遇：\n1. 五险一金\n公司介绍\n我们熟悉Python\n")
    assert sections(rubric) == {3: "r"}


ENGLISH_HEADINGS = ["Requirements", "What you'll need:", "**Minimum Qualifications**", "## Who You Are", "About you", "You have:", "Must-haves", "What we're looking for"]  # fmt: skip


@pytest.mark.parametrize("heading", ENGLISH_HEADINGS)
def test_english_headings_open_the_requirements(heading):
    rubric = one(
        f"# Data Engineer\n\n## What you'll do\n\n- Build pipelines\n\n{heading}\n\n- Python\n\nNice to have:\n\n- Rust\n\nBenefits\n\n- Holidays\n"
    )
    assert sections(rubric) == {9: "r", 13: "b"}


def test_lead_in_headings_govern_the_lines_after_them():
    rubric = one("工程师\n任职要求\n1、熟悉SQL\n具备以下经验者优先：\n1、了解Hive\n2、了解Spark\n")
    assert sections(rubric) == {3: "r", 5: "b", 6: "b"}


def test_a_line_that_prefers_is_no_heading():
    rubric = one("测试工程师\n任职要求\n熟悉SQL\n有测试经验优先考虑\n985优先\n掌握文档说明\n")
    assert sections(rubric) == {3: "r", 4: "b", 5: "b", 6: "r"}


def test_an_inner_heading_ends_where_the_outer_numbers_go_on():
    rubric = one("工程师\n岗位要求\n1.熟悉SQL\n2.有以下任一项经验者优先\n(1)搜索推荐\n(2)广告算法\n3.良好的沟通能力\n")
    assert sections(rubric) == {3: "r", 5: "b", 6: "b", 7: "r"}


def test_a_numbered_heading_keeps_its_own_numbers():
    rubric = one("工程师\n1、任职要求\n1、熟悉SQL\n2、加分项\n1、了解Hive\n2、了解Spark\n3、了解Flink\n")
    assert sections(rubric) == {3: "r", 5: "b", 6: "b", 7: "b"}


def test_any_one_of_a_bonus_list_is_a_group():
    rubric = one("工程师\n任职要求\n熟悉SQL\n加分项，满足一项或多项\n了解Hive\n")
    (group,) = rubric.groups
    assert (group.rule, group.lines.first) == ("any", 4)
    assert [criterion.group for criterion in rubric.criteria] == [None, group.id]


# --- documents ---


def test_a_rubric_is_written_and_read_byte_for_byte():
    for rubric in compiled(
        CHINESE
        + "\n"
        + "数据分析师\n上海市本科\n立即投递\n任职要求\n至少掌握其中两项：Python、SQL、Excel\n两周内到岗\n"
    ):
        written = dump_text(dump_rubric(rubric))
        assert load_rubric(json.loads(written)) == rubric
        assert dump_text(dump_rubric(load_rubric(json.loads(written)))) == written


def test_the_digest_counts_content_and_not_the_order_of_keys():
    document = dump_rubric(one(CHINESE))
    assert digest(document) == digest(dict(reversed(document.items())))
    assert digest(document) != digest({**document, "title": "other"})


@pytest.mark.parametrize(
    "change",
    [
        {"criteria": None},
        {"slug": 7},
        {"degree_floor": "knight"},
        {"lines": [1]},
        {"criteria": [{}]},
        {"criteria": [{"rule": {}}]},
    ],
)
def test_a_broken_rubric_document_is_refused(change):
    with pytest.raises(RubricDocumentError):
        load_rubric({**dump_rubric(one(CHINESE)), **change})


def test_a_rule_nested_too_deep_is_refused():
    shape = dump_rule(SkillAsk("python", Level.BASIC))
    for _ in range(40):
        shape = {"all_of": [shape]}
    with pytest.raises(RubricDocumentError):
        load_rule(shape)


def test_the_contract_has_its_keys_in_order():
    document = dump_compilation(compile_document(CHINESE, LEXICON, name="n"))
    assert list(document) == ["schema", "document", "postings"]
    posting = document["postings"][0]
    assert list(posting) == ["slug", "title", "track", "lines", "locations", "degree_floor", "responsibilities", "criteria", "groups", "warnings"]  # fmt: skip
    assert list(posting["criteria"][0]) == ["id", "key", "section", "category", "lines", "span", "text", "rule", "assessed_by", "gate", "weight", "group"]  # fmt: skip


def test_category_names_are_the_closed_list():
    assert len(Category) == 19

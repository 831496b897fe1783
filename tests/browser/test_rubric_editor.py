"""A whole session with the rubric editor in a real browser: once by mouse, once by keyboard alone, on a phone's width.

Both end with the published version. axe-core looks at every page on the way.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Page, expect
from sqlalchemy import select

from rubrics.codec import load_rubric
from rubrics.model import Rubric
from screening.models import Posting, PostingState, Role, RubricState
from screening.services.drafting import save_rubric, version_in
from screening.services.publishing import import_postings
from screening.services.rubric_edits import reword
from tests.browser.pages import take_back
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.browser

TEXT = """轨迹规划算法实习生
北京市、上海市硕士研究生及以上
工作职责
训练轨迹预测模型。
任职要求
计算机、自动化等相关专业。
熟悉 C++ 或者 Python。
熟悉 PyTorch，TensorFlow 等框架。
有自动驾驶项目经验者优先。
思路清楚，愿意协作。
加分项，满足一项或多项
在 CCF B 类以上会议发表过论文。
获得过 ACM 竞赛奖项。

数据平台实习生
上海市本科及以上
工作职责
维护数据平台。
任职要求
熟悉 C++ 或者 Python。
"""


class Desk:
    """One recruiter at the rubric of a new posting, and what is stored of it."""

    def __init__(self, page: Page, site) -> None:
        self.page, self.site, self.axe = page, site, Axe()
        with site.session() as session:
            user = make_user(session, Role.RECRUITER)
            import_postings(session, name="zwei.txt", text=TEXT, actor_id=user.id, now=datetime.now(UTC))
            self.first, self.second = session.scalars(select(Posting.id).order_by(Posting.first_line)).all()
            session.commit()
            self.email, self.user = user.email, user.id
        self.said: list[str] = []
        page.on("console", lambda message: self.said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.goto(f"{site.url}/sign-in")
        page.fill("#email", self.email)
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url("**/staff/**")
        page.goto(f"{site.url}/staff/postings/{self.first}/rubric")

    def rubric(self, posting: int | None = None) -> Rubric:
        """Read the draft as it is stored."""
        with self.site.session() as session:
            draft = version_in(session, session.get_one(Posting, posting or self.first), RubricState.DRAFT)
            return load_rubric(draft.document)

    def ids(self, letter: str) -> list[str]:
        """Give the ids of one kind in their stored order."""
        return [criterion.id for criterion in self.rubric().criteria if criterion.id[0] == letter]

    def ident(self, text: str) -> str:
        """Find the id of the criterion whose words begin so."""
        return next(criterion.id for criterion in self.rubric().criteria if criterion.text.startswith(text))

    def check(self) -> None:
        """Let axe look at the page and see that nothing scrolls sideways."""
        found = [
            (violation["id"], [node["html"][:200] for node in violation["nodes"]])
            for violation in self.axe.run(self.page).response["violations"]
        ]
        assert (self.page.url, found) == (self.page.url, [])
        assert self.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

    def colleague_rewords(self, ident: str, text: str) -> None:
        """Let somebody else save the draft behind this page's back."""
        with self.site.session() as session:
            other = make_user(session, Role.ADMIN, name="何以然")
            posting = session.get_one(Posting, self.first)
            draft = version_in(session, posting, RubricState.DRAFT)
            rubric = reword(load_rubric(draft.document), ident, text)
            who = {"actor_id": other.id, "now": datetime.now(UTC)}
            save_rubric(session, posting=posting, rubric=rubric, revision=draft.revision, change=f"edit:{ident}", **who)
            session.commit()

    def toasted(self) -> None:
        """Wait for the page after a save: its toast offers to undo."""
        expect(self.page.locator(".toast [data-undo]")).to_be_visible()

    def is_published(self) -> bool:
        """Tell whether the posting is open with its first version in force."""
        with self.site.session() as session:
            posting = session.get_one(Posting, self.first)
            return posting.state is PostingState.OPEN and version_in(session, posting, RubricState.DRAFT) is None


def test_a_session_by_mouse(page, live_server):
    desk = Desk(page, live_server)
    cpp, torch = desk.ident("熟悉 C++"), desk.ident("熟悉 PyTorch")
    page.hover(f"#c-{cpp}")
    expect(page.locator(".source .w.linked")).to_have_text("熟悉 C++ 或者 Python")
    desk.check()

    # settle a finding, change a word and a weight, save
    open_findings = page.locator(".issues li").count()
    page.locator('[name="act"][value^="settle:"]').first.click()
    expect(page.locator(".issues li")).to_have_count(open_findings - 1)
    page.fill(f"#text-{torch}", "熟悉 PyTorch 等框架")
    page.locator(f'#c-{torch} .step button[value="1"]').click()
    page.locator('.foot [value="save"]').click()
    desk.toasted()
    assert [(one.text, one.weight) for one in desk.rubric().criteria if one.id == torch] == [
        ("熟悉 PyTorch 等框架", 1.5)
    ]

    # drag, and take it back
    order = desk.ids("r")
    page.locator(f"#c-{torch} .grip").drag_to(page.locator(f"#c-{order[0]} .grip"), target_position={"x": 4, "y": 2})
    expect(page.locator('[data-sort="r"] > li').first).to_have_id(f"c-{torch}")
    desk.toasted()
    assert desk.ids("r") == [torch, *(ident for ident in order if ident != torch)]
    page.locator(".toast [data-undo]").click()
    expect(page.locator('[data-sort="r"] > li').first).to_have_id(f"c-{order[0]}")

    # a line of its own becomes a criterion
    page.locator(".ln", has_text="训练轨迹预测模型").hover()
    page.locator(".ln", has_text="训练轨迹预测模型").locator(".add").click()
    expect(page.locator(".reads li")).not_to_have_count(0)
    desk.check()
    page.locator('.foot [value="add"]').click()
    desk.toasted()
    added = desk.ident("训练轨迹预测模型")

    # its rule, with words before saving, an error at its field, and anchors for the other draft
    page.click(f'[popovertarget="rm{cpp}"]')
    page.click(f"#rm{cpp} a >> nth=0")
    page.select_option("#rule-0-kind", "some")
    expect(page.locator("#rule-0-count")).to_be_visible()
    page.click('[value="add:0"]')
    page.fill('[name="rule-0.2-term"]', "Pyhton")
    page.click('.foot [value="save"]')
    expect(page.locator('[id="rule-0.2-term-error"]')).to_be_visible()
    desk.check()
    page.fill('[name="rule-0.2-term"]', "PyTorch")
    expect(page.locator("#preview")).to_contain_text("PyTorch")
    page.fill("#anchor-4", "讲得清取舍，写得出测试")
    page.check('[name="share"]')
    page.click('.foot [value="save"]')
    desk.toasted()
    rule = next(one.rule for one in desk.rubric().criteria if one.id == cpp)
    assert (rule.n, [branch.term for branch in rule.rules]) == (2, ["cpp", "python", "pytorch"])
    assert [one.anchors.texts[3] for one in desk.rubric(desk.second).criteria if one.anchors] == [
        "讲得清取舍，写得出测试"
    ]

    # split, join, remove, bring back
    page.click(f'[popovertarget="rm{cpp}"]')
    page.click(f'#rm{cpp} [href$="/split"]')
    desk.check()
    page.fill("#parts", "熟悉 C++\n熟悉 Python")
    expect(page.locator("#preview li")).not_to_have_count(1)
    page.click('.foot [value="split"]')
    desk.toasted()
    parts = [one.id for one in desk.rubric().criteria if one.text in {"熟悉 C++", "熟悉 Python"}]
    page.click(f'[popovertarget="rm{parts[0]}"]')
    page.click(f'#rm{parts[0]} [href$="/join"]')
    page.check(f'[name="with"][value="{parts[1]}"]')
    expect(page.locator("#preview")).to_contain_text("熟悉 C++；熟悉 Python")
    desk.check()
    page.click('.foot [value="join"]')
    desk.toasted()
    assert not set(parts) & set(desk.ids("r"))
    page.click(f'[popovertarget="rm{torch}"]')
    page.click(f'#rm{torch} [value="remove:{torch}"]')
    page.click(f'[value="back:{torch}"]')
    expect(page.locator(f"#text-{torch}")).to_have_value("熟悉 PyTorch 等框架")

    # somebody else was quicker; nothing is lost, and theirs stays too
    page.fill(f"#text-{torch}", "我的字")
    desk.colleague_rewords(added, "别人的字")
    page.locator('.foot [value="save"]').click()
    expect(page.get_by_role("alert")).to_contain_text("何以然")
    desk.check()
    expect(page.locator(f"#text-{torch}")).to_have_value("我的字")
    expect(page.locator(f"#text-{added}")).to_have_value("别人的字")
    page.locator('.foot [value="save"]').click()
    desk.toasted()

    # the way back, and the end
    page.locator('.foot a[href$="/history"]').click()
    desk.check()
    page.locator('[name="to"]').first.click()
    expect(page.locator(f"#text-{torch}")).not_to_have_value("我的字")
    page.locator('.foot [value="publish"]').click()
    page.wait_for_url(f"**/staff/postings/{desk.first}")
    assert desk.is_published()
    assert [text for text in desk.said if "409" not in text and "422" not in text] == []


class Keys:
    """Nothing but the keyboard."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, selector: str) -> None:
        """Press Tab until the focus is on what the selector names."""
        self.page.wait_for_load_state()
        for _ in range(400):
            self.page.keyboard.press("Tab")
            if self.is_at(selector):
                return
        raise AssertionError(f"Tab never comes to {selector}")

    def is_at(self, selector: str) -> bool:
        """Tell whether the focus is on it; not while the page that one stands on is being left."""
        try:
            at: bool = self.page.evaluate("selector => document.activeElement.matches(selector)", selector)
        except Error:
            self.page.wait_for_load_state()
            return False
        return at

    def press(self, selector: str, *keys: str) -> None:
        """Go to it and press keys, Enter without any."""
        self.to(selector)
        for key in keys or ("Enter",):
            self.page.keyboard.press(key)

    def write(self, selector: str, text: str) -> None:
        """Go to a field and type over what stands in it."""
        self.to(selector)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def menu(self, ident: str, item: str) -> None:
        """Open a criterion's menu and walk down to an item."""
        self.press(f'[popovertarget="rm{ident}"]')
        # The browser tells the page of an open menu a moment after it is seen; only then the focus moves into it.
        expect(self.page.locator(f"#rm{ident} :focus")).to_have_count(1)
        for _ in range(20):
            if self.page.evaluate("item => document.activeElement.matches(item)", item):
                break
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Enter")


PHONE = {"locale": "en-GB", "color_scheme": "dark", "viewport": {"width": 390, "height": 844}}


@pytest.mark.parametrize("page", [PHONE], ids=["phone"], indirect=True)
def test_a_session_by_keyboard_alone(page, live_server):
    desk, keys = Desk(page, live_server), Keys(page)
    cpp, order = desk.ident("熟悉 C++"), desk.ids("r")
    desk.check()

    # a finding, a word and a weight
    open_findings = page.locator(".issues li").count()
    keys.press('[value^="settle:"]')
    expect(page.locator(".issues li")).to_have_count(open_findings - 1)
    keys.write(f"#text-{cpp}", "熟悉 C++ 或 Python")
    keys.press(f"#weight-{cpp}", "ArrowUp", "Enter")
    desk.toasted()
    assert [(one.text, one.weight) for one in desk.rubric().criteria if one.id == cpp] == [("熟悉 C++ 或 Python", 1.5)]

    # the words of a criterion light when its number is reached; the menu does what dragging does, the focus stays
    keys.to(f'.refs [href$="#c-{cpp}"]')
    expect(page.locator(".source .w.linked")).to_have_text("熟悉 C++ 或者 Python")
    keys.menu(cpp, f'[value="down:{cpp}"]')
    desk.toasted()
    expect(page.locator(f'[popovertarget="rm{cpp}"]')).to_be_focused()
    assert desk.ids("r").index(cpp) == order.index(cpp) + 1
    take_back(page)
    expect(page.locator(f"#c-{cpp} + li")).to_have_id(f"c-{order[order.index(cpp) + 1]}")

    # add from a line
    keys.press('.ln [href*="line=4"]')
    expect(page.locator(".reads li")).not_to_have_count(0)
    desk.check()
    keys.press('.foot [value="add"]')
    desk.toasted()

    # the rule: another condition, its kind, its words
    keys.press(f'#c-{cpp} [href$="/criteria/{cpp}"]')
    expect(page.locator("#rule-0-kind")).to_be_visible()
    keys.press('[value="add:0"]')
    expect(page.locator('[id="rule-0.2-kind"]')).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("PyTorch")
    expect(page.locator("#preview")).to_contain_text("PyTorch")
    keys.write("#anchor-1", "写不出能运行的程序")
    desk.check()
    keys.press('.foot [value="save"]')
    desk.toasted()
    edited = next(one for one in desk.rubric().criteria if one.id == cpp)
    assert [branch.term for branch in edited.rule.rules] == ["cpp", "python", "pytorch"]
    assert edited.anchors.texts[0] == "写不出能运行的程序"

    # split, join, remove, bring back, go back
    keys.menu(cpp, '[href$="/split"]')
    expect(page.locator("#parts")).to_be_visible()
    keys.press('.foot [value="split"]')
    desk.toasted()
    parts = [ident for ident in desk.ids("r") if ident not in order][:2]
    keys.menu(parts[0], '[href$="/join"]')
    expect(page.locator('[name="how"]').first).to_be_visible()
    keys.press(f'[name="with"][value="{parts[1]}"]', "Space")
    expect(page.locator("#preview b")).to_be_visible()
    desk.check()
    keys.press('.foot [value="join"]')
    desk.toasted()
    assert not set(parts) & set(desk.ids("r"))
    last = desk.ids("b")[-1]
    keys.menu(last, f'[value="remove:{last}"]')
    desk.toasted()
    keys.press(f'[value="back:{last}"]')
    expect(page.locator(f"#text-{last}")).to_be_visible()
    keys.press('.foot [href$="/history"]')
    expect(page.locator('[name="to"]').first).to_be_visible()
    desk.check()
    keys.press('[name="to"]')
    expect(page.locator(f'[value="back:{last}"]')).to_be_visible()
    keys.press('.foot [value="publish"]')
    page.wait_for_url(f"**/staff/postings/{desk.first}")
    assert desk.is_published()
    assert desk.said == []

"""The sample vote: a province's People's Council rates twelve people. Names are made up."""

from __future__ import annotations

_OFFICIALS = (
    ("Nguyễn Thị Minh Châu", "Chủ tịch HĐND tỉnh"),
    ("Trần Quốc Đạt", "Phó Chủ tịch HĐND tỉnh"),
    ("Lê Hoàng Giang", "Trưởng Ban Kinh tế – Ngân sách HĐND tỉnh"),
    ("Phạm Thu Hằng", "Trưởng Ban Văn hóa – Xã hội HĐND tỉnh"),
    ("Hoàng Văn Khải", "Trưởng Ban Pháp chế HĐND tỉnh"),
    ("Vũ Đình Long", "Chủ tịch UBND tỉnh"),
    ("Đặng Ngọc Mỹ", "Phó Chủ tịch UBND tỉnh"),
    ("Bùi Xuân Nghĩa", "Giám đốc Công an tỉnh"),
    ("Hồ Thị Phượng", "Giám đốc Sở Giáo dục và Đào tạo"),
    ("Đỗ Trọng Quý", "Giám đốc Sở Tài chính"),
    ("Ngô Bích Thủy", "Giám đốc Sở Y tế"),
    ("Dương Anh Vũ", "Chánh Thanh tra tỉnh"),
)

_HEAD = """\
# Cuộc lấy phiếu mẫu của `kiemphieu demo`; mọi tên người đều là giả định.
format = 1

[vote]
id = "{vote}"
body = "{body}"
parent_body = "Hội đồng nhân dân"
title = "Phiếu tín nhiệm"
subject = "Đối với người giữ chức vụ do HĐND bầu"
place = "Khánh Hòa"
date = 2023-12-05
rules = "nq96"

[attendance]
summoned = {summoned}
present = {present}
"""


def demo_vote_toml(voters: int, vote: str = "demo", body: str = "HĐND tỉnh") -> str:
    """vote.toml of a vote in which `voters` people are present."""
    blocks = [
        f'[[official]]\nid = "o{number}"\nname = "{name}"\nposition = "{position}"\n'
        for number, (name, position) in enumerate(_OFFICIALS, start=1)
    ]
    return "\n".join([_HEAD.format(summoned=voters + 3, present=voters, vote=vote, body=body), *blocks])

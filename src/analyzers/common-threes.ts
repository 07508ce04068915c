/** Three characters as they follow one another most often in sources, settings and documentation; the most common first. */
const written =
  'the ion tio ing ter con ent sel def elf ame ons str --- typ ati ype for nam and tur ate int all ret res ine etu ' +
  'urn nst com ect ite tri tor ile sta par ass ode pro val ver thi lf. ext ser fil his ers est fin ess end era per ' +
  'rea lic not rat ort rin lin ist tin use ert nte err ble ith efi cti 000 equ men set one cod dat omp lue alu der ' +
  'cat las sio ted are ead pre lat por cal tes ult ont .00 abl tem wit nde pti ato pat mpl ica get che pen cla lib ' +
  'rro exp out nce ror ara tru ope tex ett ack ind ena req her cha ize rom opt tte tat ere age let app imp arg key ' +
  'ase orm ins tra len enc loc eve tho 002 ata lse fro und ste _co ali pla unc ram mat les ice met mod war dis non ' +
  'ire num que ast ple ten ath har _in ran ide ref pli sse ens nse rec tha nal act han ren lis art red fun _re sin ' +
  'fer dir hat rsi tal ssi eme ele mpo ven siz sub ned sed nts ign oun ore ain ive ard put obj rit ntr tim gra igh ' +
  'ill ime din pec 0x0 rse ace but ces ept ove jec efa als rep pos bas rma ity ner nct aul iti pac fau ars llo f._ ' +
  'add our rai mes ini cen exc rti ang inc ber tar nti els ght cep uti emp att ifi nta eco ues ndi gin tif man lit ' +
  '0.0 ach ute ual mbe can rou ord ant api rue tch hea _st sig _fi mal sti spe cop has eth bje rac cur $se dec ail ' +
  'oca aut try tic ise x00 ppl ify rig _ty ern irs rop ure onf ool led tre _m_ nod arr des col nge new ade tan oth ' +
  'oid nit eri ses ete cto qui rst umb ffe voi ock gen any ema wor ial hen cte log xce rce you pri qua lea fir low ' +
  'omm === er_ nco er. rib ree .co whe bac sho ust ies loa fie esu tab ded std htt xte ene ttp dif hem ori eci lle ' +
  'inf sec rra anc opy sul boo et_ cre oin odu mpa ost hou scr its dle eta fal car ose rem gl_ win st_ nin _pa xpr ' +
  'ary eat ume uir ili ule erm lem wil ict ric on. buf ina ave sou gli tti sch 020 ede uct sys hod ibu nsi ler min ' +
  'rap e_t bin __i nfi map cap es. uff erv ed. atc ona dit odi edi ita ruc sto _tp ubl dul urc ed_ unt _ex son on/ ' +
  'tai uni eng ese ndl exe ndo den ogr _ma lf- ray 20. ien whi thr rip ash ppe cri _de ory rte _na cke .as emo on_ ' +
  'max nes var ake esp spa rgs _se egi sen fig del /li nor nd. ped nfo _li lid hin fas oad ull _si gnu ild ait wri ' +
  'mis le_ ngt ger acc esc bil tiv fic onl ecu _pr is. bli lar _di se: _gl ors ans oul sha sma deb see tro mar hor ' +
  'reg gth url ... uld run ngs cas pon :// ipt ote mit rge own sup clu sit _it d:: cce nly me= le. ttr or_ efe cut ' +
  'vid mai yte cor tit inp amp cer is_ nt_ xpo cou ibc iss oot rve byt ome ral atu spl .re ond dic sol ken pan cxx ' +
  'ied dex chi .st eam rre ell poi 001 rie syn olo _al ear hav pas fac rna cac uth rmi gro ts. utp roc oll nab bit ' +
  'ink lab tpu fix til ole npu sof uil rel _ch 200 epl mer ncl lon ais pub gre __n hel erl bui mak sag don ges ark ' +
  'ria _ca _va roo __f liz ari __p lud lec __c eli __s eas _fo mov yri ng. rt. oft oke uto rts hec eck clo mma upp';

/** How often these three are met, between 0 and 1 and only roughly: which of several are rarest. */
export function commonness(three: string): number {
  const rank = ranks.get(three);
  if (rank !== undefined) return 1 / (rank + 2);
  return [...three].reduce((product, character) => product * commonnessOf(character), LEAST_LISTED);
}

const ranks = new Map(written.split(' ').map((three, rank) => [three, rank]));
const LEAST_LISTED = 1 / ranks.size;
/** From common to rare; what is not listed is rarer. */
const CHARACTERS = ' \0etaoinsrlcdhupmf\ngbyvw=.,_-/"\'()01:;k2x3q45678j9z';

function commonnessOf(character: string): number {
  const rank = CHARACTERS.indexOf(character);
  return 1 / (rank === -1 ? CHARACTERS.length : rank + 1);
}
